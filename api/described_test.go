package api

import (
	"bytes"
	"encoding/json"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/stretchr/testify/require"
)

func describedAPI() *huma.OpenAPI {
	api := newHuma(http.NewServeMux(), sessionCookie)
	(&service{}).register(api)

	return api.OpenAPI()
}

// bodyRecorder keeps a copy of an answer.
type bodyRecorder struct {
	statusRecorder

	body bytes.Buffer
}

func (r *bodyRecorder) Write(data []byte) (int, error) {
	r.body.Write(data)

	return r.statusRecorder.Write(data)
}

// asDescribed fails the test for each answer of an operation whose status or body is not as the OpenAPI document says.
func asDescribed(t *testing.T, next http.Handler) http.Handler {
	t.Helper()

	document, mux := describedAPI(), http.NewServeMux()

	for path, item := range document.Paths {
		for method, operation := range operationsOf(item) {
			mux.HandleFunc(method+" "+path, func(writer http.ResponseWriter, request *http.Request) {
				// The document describes answers as they are before they are compressed.
				request.Header.Del("Accept-Encoding")

				recorder := &bodyRecorder{statusRecorder: statusRecorder{ResponseWriter: writer}}
				next.ServeHTTP(recorder, request)

				for _, fault := range differences(document, operation, recorder) {
					t.Errorf("%s %s is not as described: %s", method, request.URL.Path, fault)
				}
			})
		}
	}

	mux.Handle("/", next)

	return mux
}

func differences(document *huma.OpenAPI, operation *huma.Operation, answer *bodyRecorder) []string {
	status := strconv.Itoa(answer.answered())

	described := operation.Responses[status]
	if described == nil {
		return []string{"it never answers with " + status}
	}

	contentType := answer.Header().Get("Content-Type")
	if answer.body.Len() == 0 {
		return nil
	}

	media := described.Content[contentType]
	if media == nil {
		return []string{"its " + status + " is never " + contentType}
	}

	if !strings.HasSuffix(contentType, "json") {
		return nil
	}

	var body any
	if err := json.Unmarshal(answer.body.Bytes(), &body); err != nil {
		return []string{err.Error()}
	}

	result := &huma.ValidateResult{}
	huma.Validate(document.Components.Schemas, media.Schema, huma.NewPathBuffer(nil, 0), huma.ModeReadFromServer, body, result)

	var faults []string
	for _, err := range result.Errors {
		faults = append(faults, err.Error())
	}

	return faults
}

func TestAsDescribed_TellsWhatDiffers(t *testing.T) {
	t.Parallel()

	document := describedAPI()
	answered := func(status int, body string) *bodyRecorder {
		recorder := &bodyRecorder{statusRecorder: statusRecorder{ResponseWriter: headers{"Content-Type": {"application/json"}}, status: status}}
		recorder.body.WriteString(body)

		return recorder
	}
	me := document.Paths["/v1/me"].Get

	require.Empty(t, differences(document, me, answered(http.StatusOK,
		`{"user":{"id":"01980000-0000-7000-8000-000000000000","email":"a@example.com","name":"a","operator":false,"email_verified":true,"created_at":"2026-01-02T03:04:05Z"},`+
			`"token_id":"01980000-0000-7000-8000-000000000001","organisations":[]}`)))
	require.NotEmpty(t, differences(document, me, answered(http.StatusOK, `{"user":{},"organisations":[]}`)))
	require.NotEmpty(t, differences(document, me, answered(http.StatusTeapot, `{}`)))
}

// headers is an http.ResponseWriter of which only the headers count.
type headers http.Header

func (h headers) Header() http.Header          { return http.Header(h) }
func (headers) Write(data []byte) (int, error) { return len(data), nil }
func (headers) WriteHeader(int)                {}

func TestOperations_AreDescribed(t *testing.T) {
	t.Parallel()

	document, seen := describedAPI(), map[string]bool{}

	chapters := map[string]bool{}
	for _, tag := range document.Tags {
		require.NotEmpty(t, tag.Description, tag.Name)
		chapters[tag.Name] = true
	}

	for path, item := range document.Paths {
		for _, operation := range operationsOf(item) {
			id := operation.OperationID

			require.Len(t, operation.Tags, 1, id)
			require.True(t, chapters[operation.Tags[0]], id)
			require.NotEmpty(t, operation.Summary, id)
			require.False(t, seen[operation.Summary], "%s: another operation is called %q, too", id, operation.Summary)
			require.Regexp(t, `\.$`, operation.Description, id)
			require.NotContains(t, operation.Responses, "default", id)

			seen[operation.Summary] = true

			for _, status := range []string{"401", "403", "500"} {
				require.Contains(t, operation.Responses, status, id)
			}

			require.Equal(t, len(operation.Parameters) > 0 || operation.RequestBody != nil, operation.Responses["422"] != nil, id)
			require.False(t, strings.Contains(path, "{") && operation.Responses["404"] == nil, id)

			for status, response := range operation.Responses {
				require.NotEmpty(t, response.Description, "%s: %s", id, status)

				if status >= "400" {
					require.Equal(t, "#/components/schemas/Problem", response.Content["application/problem+json"].Schema.Ref, "%s: %s", id, status)
				}
			}

			if strings.HasPrefix(id, "list-") {
				requireIsPaged(t, operation)
			}
		}
	}
}

// requireIsPaged fails the test for a list that a caller cannot read page by page.
func requireIsPaged(t *testing.T, operation *huma.Operation) {
	t.Helper()

	require.True(t, takes(operation, "limit"), operation.OperationID)
	require.True(t, takes(operation, "cursor") || takes(operation, "after"), operation.OperationID)

	for _, parameter := range operation.Parameters {
		if parameter.Name == "cursor" {
			require.NotEmpty(t, parameter.Schema.Pattern, operation.OperationID)
		}
	}
}

// TestSchemas_OfRequests_AreStrict: what is not to be null must be refused, and a pattern is told in words.
func TestSchemas_OfRequests_AreStrict(t *testing.T) {
	t.Parallel()

	document := describedAPI()

	var check func(where string, schema *huma.Schema)

	check = func(where string, schema *huma.Schema) {
		for schema.Ref != "" {
			schema = document.Components.Schemas.SchemaFromRef(schema.Ref)
		}

		require.False(t, schema.Nullable, "%s: markNulls refuses each null", where)
		require.Equal(t, schema.Pattern == "", schema.PatternDescription == "", "%s: a pattern needs a patternDescription", where)

		if schema.Pattern != "" {
			_, err := regexp.Compile(schema.Pattern)
			require.NoError(t, err, where)
		}

		for name, property := range schema.Properties {
			check(where+"."+name, property)
		}

		if schema.Items != nil {
			check(where+"[]", schema.Items)
		}
	}

	for _, item := range document.Paths {
		for _, operation := range operationsOf(item) {
			for _, parameter := range operation.Parameters {
				check(operation.OperationID+"."+parameter.Name, parameter.Schema)
			}

			if operation.RequestBody != nil {
				check(operation.OperationID, operation.RequestBody.Content["application/json"].Schema)
			}
		}
	}
}
