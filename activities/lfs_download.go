package activities

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"time"
)

// slowestDownload is how many bytes a second a download has to make, beside slowTime to begin.
const slowestDownload = 32 << 10

// download fetches one object of that size. It returns an empty path where the server does not have it, or has something else.
func (c lfsClient) download(ctx context.Context, directory string, object lfsObject, size int64) (string, error) {
	address, err := url.Parse(object.Actions.Download.URL)
	if err != nil || !c.mayUse(address) {
		return "", errors.Join(errNoLFS, err)
	}

	ctx, cancel := context.WithTimeout(ctx, slowTime+time.Duration(size/slowestDownload)*time.Second)
	defer cancel()

	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address.String(), http.NoBody)
	if err != nil {
		return "", errors.Join(errNoLFS, err)
	}

	for name, value := range object.Actions.Download.Header {
		request.Header.Set(name, value)
	}

	response, err := c.client.Do(request)
	if err != nil {
		return "", c.trouble(ctx, err)
	}
	defer func() { _ = response.Body.Close() }()

	if response.StatusCode == http.StatusNotFound || response.StatusCode == http.StatusGone {
		return "", nil
	}

	if err := c.checkStatus(ctx, response); err != nil {
		return "", err
	}

	path := filepath.Join(directory, object.Object)

	hash, saved, err := save(path, io.LimitReader(response.Body, size+1))
	if err != nil {
		if full := explainDisk(err); full != err { //nolint:errorlint // The same error, or another one around it.
			return "", full
		}

		return "", c.trouble(ctx, err)
	}

	if hash != object.Object || saved != size {
		return "", os.Remove(path)
	}

	return path, nil
}

// save writes a new file and returns the SHA-256 of its content in hexadecimal digits, and its size.
func save(path string, content io.Reader) (_ string, size int64, err error) {
	if err := os.MkdirAll(filepath.Dir(path), directoryMode); err != nil {
		return "", 0, fmt.Errorf("make a directory for large files: %w", err)
	}

	file, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return "", 0, fmt.Errorf("make a large file: %w", err)
	}

	defer func() { err = errors.Join(err, file.Close()) }()

	hash := sha256.New()
	if size, err = io.Copy(io.MultiWriter(file, hash), content); err != nil {
		return "", 0, fmt.Errorf("fetch a large file: %w", err)
	}

	return hex.EncodeToString(hash.Sum(nil)), size, nil
}
