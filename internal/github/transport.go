package github

import (
	"bytes"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
)

const (
	// largestAnswer is how many bytes an answer may have.
	largestAnswer = 32 << 20
	userAgent     = "zeitwork"
)

// authorize returns what a request shows of its caller: the value of Authorization, or nothing.
type authorize func(request *http.Request) (string, error)

// transport makes requests within a budget, says who asks, and refuses answers that are none.
type transport struct {
	next      http.RoundTripper
	budget    *budget
	endpoints endpoints
	authorize authorize
}

func (t *transport) RoundTrip(request *http.Request) (*http.Response, error) {
	resource, points := t.cost(request)

	release, err := t.budget.take(request.Context(), resource, points)
	if err != nil {
		return nil, err
	}
	defer release()

	request = request.Clone(request.Context())
	request.Header.Set("User-Agent", userAgent)
	request.Header.Del("Authorization")

	// A redirect may lead anywhere: whoever is not GitHub's API never sees a token.
	if isOf(request.URL, t.endpoints.rest) && t.authorize != nil {
		value, err := t.authorize(request)
		if err != nil {
			return nil, err
		}

		if value != "" {
			request.Header.Set("Authorization", value)
		}
	}

	response, err := t.next.RoundTrip(request)
	if err != nil {
		return nil, err
	}

	return t.check(resource, response)
}

func isOf(address, of *url.URL) bool { return address.Scheme == of.Scheme && address.Host == of.Host }

// cost says what of the limits a request takes.
func (t *transport) cost(request *http.Request) (resource string, points int) {
	switch {
	case isOf(request.URL, t.endpoints.graphQL) && request.URL.Path == t.endpoints.graphQL.Path:
		return graphQL, readPoints
	case !isOf(request.URL, t.endpoints.rest) || !strings.HasPrefix(request.URL.Path, t.endpoints.rest.Path):
		return pages, 0
	case strings.HasPrefix(request.URL.Path, t.endpoints.rest.Path+"search/"):
		return search, readPoints
	case request.Method == http.MethodGet || request.Method == http.MethodHead:
		return core, readPoints
	default:
		return core, writePoints
	}
}

// check reads an answer to its end. It turns one that refuses the request for a limit, and one that is not in the API's form, into an Error.
func (t *transport) check(resource string, response *http.Response) (*http.Response, error) {
	body, err := io.ReadAll(io.LimitReader(response.Body, largestAnswer+1))
	_ = response.Body.Close()

	if err != nil {
		return nil, &Error{Reason: Unavailable, Status: response.StatusCode, Detail: "the answer ends too early", Cause: err}
	}

	if len(body) > largestAnswer {
		return nil, &Error{Reason: Unavailable, Status: response.StatusCode, Detail: fmt.Sprintf("the answer is larger than %d bytes", largestAnswer)}
	}

	if err := t.budget.observe(resource, response); err != nil {
		return nil, err
	}

	// A query over the limit is answered as if all were well.
	if resource == graphQL && strings.Contains(string(body), `"RATE_LIMITED"`) {
		return nil, &Error{Reason: Limited, Status: response.StatusCode, Until: t.budget.reset(graphQL), Detail: "the limit for queries is used up"}
	}

	if response.StatusCode == http.StatusForbidden && strings.Contains(string(body), "secondary rate limit") {
		return nil, &Error{Reason: Limited, Status: response.StatusCode, Until: t.budget.pause(), Detail: "a secondary limit was passed"}
	}

	if complaint := formOf(response, body); complaint != "" {
		return nil, &Error{Reason: Unavailable, Status: response.StatusCode, Detail: complaint}
	}

	// go-github would count as well, by another clock and knowing less.
	for name := range response.Header {
		if strings.HasPrefix(name, "X-Ratelimit-") {
			response.Header.Del(name)
		}
	}

	response.Body = io.NopCloser(bytes.NewReader(body))

	return response, nil
}

// formOf says what is wrong with the form of an answer; nothing where it is one of the API.
func formOf(response *http.Response, body []byte) string {
	mediaType, _, _ := mime.ParseMediaType(response.Header.Get("Content-Type"))
	isJSON := mediaType == "application/json" || strings.HasSuffix(mediaType, "+json")

	switch {
	case response.StatusCode >= http.StatusInternalServerError && !isJSON:
		return "the answer is an error of " + mediaType
	case response.StatusCode == http.StatusNotModified, response.StatusCode == http.StatusNoContent,
		response.StatusCode >= http.StatusMultipleChoices && response.StatusCode < http.StatusBadRequest:
		return ""
	case len(body) == 0 && response.StatusCode < http.StatusMultipleChoices:
		return "the answer is empty"
	case len(body) > 0 && !isJSON && mediaType != "application/vnd.github.sha":
		return "the answer is " + mediaType + " in place of JSON"
	default:
		return ""
	}
}
