package dnsproof

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/internal/problem"
)

const (
	cloudflareURL = "https://api.cloudflare.com/client/v4"
	// maxAnswer bounds what is read of an answer: a zone, or the few records of a name.
	maxAnswer = 1 << 20
	// recordSeconds is for how long others may remember a record: the least that Cloudflare allows for all zones.
	recordSeconds = 60
	// recordsOfName is how many records of a name are looked through.
	recordsOfName = 100

	recordComment = "Shows a certificate authority that the domain is Zeitwork's; it is removed again."
)

// The codes with which Cloudflare says that nothing is to be done: the record is there, or is gone.
const (
	codeNoRecord        = 81044
	codeRecordExists    = 81057
	codeIdenticalExists = 81058
)

// cloudflare asks Cloudflare's API, version 4, for the few things that are needed of it.
type cloudflare struct {
	token string
	http  *http.Client
}

// refusal is what Cloudflare says where it does not do what it was asked for.
type refusal struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
}

// zone returns the id of a zone.
func (c *cloudflare) zone(ctx context.Context, name string) (string, error) {
	var zones []struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	}

	if _, err := c.ask(ctx, http.MethodGet, "/zones?"+url.Values{"name": {name}}.Encode(), nil, &zones); err != nil {
		return "", err
	}

	for _, zone := range zones {
		if strings.EqualFold(zone.Name, name) {
			return zone.ID, nil
		}
	}

	return "", problem.New(problem.NotFound, "The token of ZEITWORK_ACME_CLOUDFLARE_TOKEN shows no zone %s at Cloudflare. "+
		"Give it the permissions Zone:Read and DNS:Edit for that zone, or order the certificate elsewhere and run zeitwork admin certificate.", name)
}

// create makes a TXT record. One that is there already is not made again.
func (c *cloudflare) create(ctx context.Context, zone, name, text string) error {
	record := map[string]any{"type": "TXT", "name": name, "content": quoted(text), "ttl": recordSeconds, "comment": recordComment}

	refused, err := c.ask(ctx, http.MethodPost, "/zones/"+url.PathEscape(zone)+"/dns_records", record, nil)
	if isAny(refused, codeRecordExists, codeIdenticalExists) {
		return nil
	}

	return err
}

// find returns the ids of the TXT records of a name that hold a text.
func (c *cloudflare) find(ctx context.Context, zone, name, text string) ([]string, error) {
	var records []struct {
		ID      string `json:"id"`
		Content string `json:"content"`
	}

	filter := url.Values{"type": {"TXT"}, "name.exact": {name}, "per_page": {strconv.Itoa(recordsOfName)}}
	if _, err := c.ask(ctx, http.MethodGet, "/zones/"+url.PathEscape(zone)+"/dns_records?"+filter.Encode(), nil, &records); err != nil {
		return nil, err
	}

	var found []string

	for _, record := range records {
		// Records that were made by hand may stand there without quotes.
		if record.Content == quoted(text) || record.Content == text {
			found = append(found, record.ID)
		}
	}

	return found, nil
}

// remove removes a record. One that is gone already is no error.
func (c *cloudflare) remove(ctx context.Context, zone, id string) error {
	refused, err := c.ask(ctx, http.MethodDelete, "/zones/"+url.PathEscape(zone)+"/dns_records/"+url.PathEscape(id), nil, nil)
	if isAny(refused, codeNoRecord) {
		return nil
	}

	return err
}

// ask makes one request and reads its result. It returns what Cloudflare has said beside the error for a request that it has refused.
func (c *cloudflare) ask(ctx context.Context, method, path string, body, result any) ([]refusal, error) {
	encoded, err := json.Marshal(body)
	if err != nil {
		return nil, fmt.Errorf("encode a request to Cloudflare: %w", err)
	}

	request, err := http.NewRequestWithContext(ctx, method, cloudflareURL+path, bytes.NewReader(lo.Ternary(body == nil, nil, encoded)))
	if err != nil {
		return nil, fmt.Errorf("make a request to Cloudflare: %w", err)
	}

	request.Header.Set("Authorization", "Bearer "+c.token)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", "zeitwork")

	response, err := c.http.Do(request)
	if err != nil {
		return nil, problem.Wrap(err, problem.Unavailable, "Cloudflare does not answer. It is asked again by itself.")
	}

	defer func() { _ = response.Body.Close() }()

	var answer struct {
		Success bool            `json:"success"`
		Errors  []refusal       `json:"errors"`
		Result  json.RawMessage `json:"result"`
	}

	decoding := json.NewDecoder(io.LimitReader(response.Body, maxAnswer)).Decode(&answer)

	switch {
	case response.StatusCode >= http.StatusBadRequest:
		return answer.Errors, refused(response.StatusCode, answer.Errors)
	case decoding != nil || !answer.Success:
		return answer.Errors, problem.New(problem.Unavailable, "Cloudflare has answered something that is not understood (%s). It is asked again by itself.%s",
			response.Status, said(answer.Errors))
	case result == nil:
		return nil, nil
	}

	if err := json.Unmarshal(answer.Result, result); err != nil {
		return nil, problem.Wrap(err, problem.Unavailable, "Cloudflare has answered something that is not understood. It is asked again by itself.")
	}

	return nil, nil
}

// refused returns the problem of a request that was refused with a status.
func refused(status int, errors []refusal) error {
	switch {
	case status == http.StatusTooManyRequests:
		return problem.New(problem.TooMany, "Cloudflare takes no more requests of this token for now. It is asked again by itself.")
	case status >= http.StatusInternalServerError:
		return problem.New(problem.Unavailable, "Cloudflare has trouble of its own. It is asked again by itself.")
	case status == http.StatusUnauthorized, status == http.StatusForbidden, isAny(errors, 6003, 6111, 9109, 10000): //nolint:mnd // Its codes for tokens.
		return problem.New(problem.Forbidden, "Cloudflare refuses the token of ZEITWORK_ACME_CLOUDFLARE_TOKEN. "+
			"Make one with the permissions Zone:Read and DNS:Edit for the zone of the base domain.%s", said(errors))
	default:
		return problem.New(problem.Invalid, "Cloudflare has refused to change the DNS (status %d).%s", status, said(errors))
	}
}

// said is a sentence with what Cloudflare has said, or empty.
func said(errors []refusal) string {
	if len(errors) == 0 {
		return ""
	}

	const most = 300

	return fmt.Sprintf(" It says: %s (%d).", strings.TrimSuffix(lo.Substring(errors[0].Message, 0, most), "."), errors[0].Code)
}

func isAny(errors []refusal, codes ...int) bool {
	return slices.ContainsFunc(errors, func(e refusal) bool { return slices.Contains(codes, e.Code) })
}

// quoted is how Cloudflare writes the text of a TXT record that is no longer than 255 bytes and has no quotes itself.
func quoted(text string) string { return `"` + text + `"` }
