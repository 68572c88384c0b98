package activities

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/samber/lo"
)

const (
	batchPath    = "/objects/batch"
	lfsMediaType = "application/vnd.git-lfs+json"
	// lfsBatch is how many objects are asked for at once, which is the most that servers have to take.
	lfsBatch = 100
	// lfsAnswerBytes bounds the answer to that.
	lfsAnswerBytes = 4 << 20
)

// lfsObject is what a server says of one object.
type lfsObject struct {
	Object  string `json:"oid"`
	Size    int64  `json:"size"`
	Actions struct {
		Download *struct {
			URL    string            `json:"href"`
			Header map[string]string `json:"header"`
		} `json:"download"`
	} `json:"actions,omitzero"`
	Error *struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
	} `json:"error,omitempty"`
}

// ask sends one batch request.
func (c lfsClient) ask(ctx context.Context, batch []string, sizes map[string]int64) ([]lfsObject, error) {
	body, err := json.Marshal(map[string]any{
		"operation": "download", "transfers": []string{"basic"}, "hash_algo": "sha256",
		"objects": lo.Map(batch, func(object string, _ int) map[string]any { return map[string]any{"oid": object, "size": sizes[object]} }),
	})
	if err != nil {
		return nil, fmt.Errorf("encode a request for Git LFS: %w", err)
	}

	ctx, cancel := context.WithTimeout(ctx, slowTime)
	defer cancel()

	response, err := c.post(ctx, c.server+batchPath, body)
	if err != nil {
		return nil, err
	}
	defer func() { _ = response.Body.Close() }()

	if err := c.checkStatus(ctx, response); err != nil {
		return nil, err
	}

	var answer struct {
		Transfer string      `json:"transfer"`
		Objects  []lfsObject `json:"objects"`
	}

	err = json.NewDecoder(io.LimitReader(response.Body, lfsAnswerBytes)).Decode(&answer)
	if ctx.Err() != nil {
		return nil, c.trouble(ctx, err)
	}

	if err != nil || answer.Transfer != "" && answer.Transfer != "basic" {
		return nil, errors.Join(errNoLFS, err)
	}

	return answer.Objects, nil
}

// post follows redirects, as repositories that were renamed have them, and stays a POST, which Go's client does not.
func (c lfsClient) post(ctx context.Context, address string, body []byte) (*http.Response, error) {
	client := *c.client
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

	for range lfsRedirects {
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
		if err != nil {
			return nil, fmt.Errorf("ask for files in Git LFS: %w", err)
		}

		request.Header.Set("Accept", lfsMediaType)
		request.Header.Set("Content-Type", lfsMediaType)

		if c.authorization != "" && address == c.server+batchPath {
			request.Header.Set("Authorization", c.authorization)
		}

		response, err := client.Do(request)
		if err != nil {
			return nil, c.trouble(ctx, err)
		}

		location, err := response.Location()
		if errors.Is(err, http.ErrNoLocation) || response.StatusCode < http.StatusMultipleChoices || response.StatusCode >= http.StatusBadRequest {
			return response, nil
		}

		_ = response.Body.Close()

		if err != nil || !c.mayUse(location) {
			return nil, errors.Join(errNoLFS, err)
		}

		address = location.String()
	}

	return nil, errNoLFS
}
