package fakegithub

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"net/http"
	"strconv"
	"strings"
)

// answer is what a handler of the API says.
type answer struct {
	status int
	// body is written as JSON; nil for none.
	body any
	// text is written as it is, in place of body.
	text   *string
	header http.Header
}

const documentation = "https://docs.github.com/rest"

func ok(body any) *answer      { return &answer{status: http.StatusOK, body: body} }
func created(body any) *answer { return &answer{status: http.StatusCreated, body: body} }
func noContent() *answer       { return &answer{status: http.StatusNoContent} }

func (a *answer) with(name, value string) *answer {
	if a.header == nil {
		a.header = http.Header{}
	}

	a.header.Set(name, value)

	return a
}

// failure is an error in GitHub's form.
func failure(status int, message string) *answer {
	return &answer{status: status, body: object{"message": message, "documentation_url": documentation, "status": strconv.Itoa(status)}}
}

func notFound() *answer     { return failure(http.StatusNotFound, "Not Found") }
func unauthorized() *answer { return failure(http.StatusUnauthorized, "Bad credentials") }

// notAccessible is what an app gets that lacks the permission for something that it may see.
func notAccessible() *answer {
	return failure(http.StatusForbidden, "Resource not accessible by integration")
}

// unprocessable is an error of validation.
func unprocessable(message string) *answer {
	return &answer{status: http.StatusUnprocessableEntity, body: object{
		"message": message, "documentation_url": documentation, "status": strconv.Itoa(http.StatusUnprocessableEntity),
	}}
}

const retryAfterSeconds = "60"

func overSecondaryLimit() *answer {
	a := failure(http.StatusForbidden, "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.")
	maps.Copy(a.body.(object), object{ //nolint:forcetypeassert // failure makes it.
		"documentation_url": documentation + "/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits",
	})

	return a.with("Retry-After", retryAfterSeconds)
}

// overPrimaryLimit is answered with status 200 where a query is.
func overPrimaryLimit(d demand) *answer {
	message := "API rate limit exceeded for " + d.caller + "."
	if d.resource == resourceGraphQL {
		return graphQLErrors(graphQLError{Type: "RATE_LIMITED", Message: message})
	}

	return failure(http.StatusForbidden, message)
}

// encode returns the body of an answer, and its content type.
func (a *answer) encode() (body []byte, contentType string) {
	switch {
	case a.text != nil:
		return []byte(*a.text), "application/vnd.github.sha; charset=utf-8"
	case a.body == nil:
		return nil, ""
	}

	body, err := json.Marshal(a.body)
	if err != nil {
		panic(err) // What handlers return can be encoded.
	}

	return body, "application/json; charset=utf-8"
}

// write writes an answer without an ETag.
func write(w http.ResponseWriter, a *answer) {
	body, contentType := a.encode()
	writeEncoded(w, a, body, contentType)
}

func writeEncoded(w http.ResponseWriter, a *answer, body []byte, contentType string) {
	maps.Copy(w.Header(), a.header)

	if contentType != "" {
		w.Header().Set("Content-Type", contentType)
	}

	w.Header().Set("X-Github-Media-Type", "github.v3; format=json")
	w.WriteHeader(a.status)
	_, _ = w.Write(body)
}

// etagOf names a body by its content.
func etagOf(body []byte) string {
	sum := sha256.Sum256(body)

	return `W/"` + hex.EncodeToString(sum[:]) + `"`
}

// isCurrent tells whether the request has named the ETag. GitHub compares weakly.
func isCurrent(r *http.Request, etag string) bool {
	for candidate := range strings.SplitSeq(r.Header.Get("If-None-Match"), ",") {
		if strings.TrimPrefix(strings.TrimSpace(candidate), "W/") == strings.TrimPrefix(etag, "W/") {
			return true
		}
	}

	return false
}
