package notify

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/zeitwork/zeitwork/internal/egress"
	"github.com/zeitwork/zeitwork/internal/version"
	"github.com/zeitwork/zeitwork/internal/visible"
)

// longestAnswer is how many bytes of an answer are read.
const longestAnswer = 300

// post sends JSON to an address of the organisation's, which may be a secret: no error names it.
func (n *Notifier) post(ctx context.Context, address string, headers map[string]string, body []byte) error {
	if err := n.config.CheckURL(address); err != nil {
		return err
	}

	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return refused(withoutURL(err), "The address cannot be read. Give the channel another one.")
	}

	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", "Zeitwork/"+version.Get().Version)

	for name, value := range headers {
		request.Header.Set(name, value)
	}

	response, err := n.client.Do(request)
	if err != nil {
		return unreachable(request.URL.Hostname(), withoutURL(err))
	}

	defer func() { _ = response.Body.Close() }()

	text, _ := io.ReadAll(io.LimitReader(response.Body, longestAnswer))
	answer := string(text)

	// Some servers say what was asked of them, which is the secret in an address of Slack's.
	if path := request.URL.EscapedPath(); len(path) > 1 && strings.Contains(answer, path) {
		answer = ""
	}

	return judge(request.URL.Hostname(), response.StatusCode, answer)
}

// unreachable is the error for an address that no answer came from.
func unreachable(host string, err error) error {
	if errors.Is(err, egress.ErrNotPublic) {
		return refused(err, "%s is not an address of the public internet. Give the channel one that is.", host)
	}

	return again(err, "%s does not answer, or not by HTTPS with a valid certificate.", host)
}

// judge tells what an answer means: 408 and 429 pass by themselves, as do troubles of the server; all else but a success is meant.
func judge(host string, status int, answer string) error {
	said := fmt.Sprintf("%s answers with %d %s", host, status, http.StatusText(status))
	if text := oneLine(visible.Text(strings.ToValidUTF8(answer, ""))); text != "" && len(text) < longestAnswer && !strings.HasPrefix(text, "<") {
		said += fmt.Sprintf(" (%s)", text)
	}

	switch {
	case status >= 200 && status < 300:
		return nil
	case status >= 300 && status < 400:
		return refused(nil, "%s, and redirects are not followed. Give the channel the address that it leads to.", said)
	case status == http.StatusRequestTimeout, status == http.StatusTooManyRequests, status >= http.StatusInternalServerError:
		return again(nil, "%s.", said)
	default:
		return refused(nil, "%s. Look at what stands at the address, or give the channel another one.", said)
	}
}

// withoutURL takes the URL of a request, which may be a secret, out of its error.
func withoutURL(err error) error {
	if failed, ok := errors.AsType[*url.Error](err); ok {
		return failed.Err
	}

	return err
}
