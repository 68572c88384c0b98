package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"aead.dev/minisign"
)

const (
	sumsFile      = "SHA256SUMS"
	signatureFile = sumsFile + ".minisig"
)

// writeSums writes the checksums of all files of the folder, as sha256sum checks them, and signs them, as minisign checks it. Without a key they are not
// signed, which is said.
func writeSums(folder string, key *minisign.PrivateKey) error {
	var lines strings.Builder

	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || entry.Name() == sumsFile || entry.Name() == signatureFile {
			return err
		}

		sum, err := sumOf(path)
		if err != nil {
			return err
		}

		name, err := filepath.Rel(folder, path)
		if err != nil {
			return err
		}

		lines.WriteString(sum + "  " + filepath.ToSlash(name) + "\n")

		return nil
	})
	if err != nil {
		return fmt.Errorf("sum up the files: %w", err)
	}

	content := []byte(lines.String())
	if err := os.WriteFile(filepath.Join(folder, sumsFile), content, fileMode); err != nil {
		return fmt.Errorf("write the checksums: %w", err)
	}

	if key == nil {
		sayf("the checksums are not signed: ZEITWORK_RELEASE_KEY_FILE names no key")

		return nil
	}

	signature := minisign.Sign(*key, content)

	if err := os.WriteFile(filepath.Join(folder, signatureFile), signature, fileMode); err != nil {
		return fmt.Errorf("write the signature: %w", err)
	}

	return nil
}

// readKey reads a key to sign with, as `minisign -G` makes it, with a password or (-W) without. Without a file there is none.
func readKey(file, password string) (*minisign.PrivateKey, error) {
	if file == "" {
		return nil, nil //nolint:nilnil // No key is asked for.
	}

	encoded, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read the key to sign with: %w", err)
	}

	var key minisign.PrivateKey

	switch {
	case minisign.IsEncrypted(encoded) && password == "":
		return nil, errors.New("the key to sign with has a password: give it in ZEITWORK_RELEASE_KEY_PASSWORD")
	case minisign.IsEncrypted(encoded):
		key, err = minisign.DecryptKey(password, encoded)
	default:
		err = key.UnmarshalText(encoded)
	}

	if err != nil {
		return nil, fmt.Errorf("read the key to sign with: %w", err)
	}

	return &key, nil
}

func sumOf(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer func() { _ = file.Close() }()

	hash := sha256.New()
	if _, err := io.Copy(hash, file); err != nil {
		return "", err
	}

	return hex.EncodeToString(hash.Sum(nil)), nil
}
