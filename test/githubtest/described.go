package githubtest

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/zeitwork/zeitwork/local/fakegithub"
)

//go:embed openapi.json
var description []byte

var document = sync.OnceValues(func() (*openapi3.T, error) { return openapi3.NewLoader().LoadFromData(description) })

// apiPrefix is where an Enterprise Server has its REST API.
const apiPrefix = "/api/v3"

const isOfComment = "/issues/comments/"

// recorder keeps a copy of an answer.
type recorder struct {
	http.ResponseWriter

	status int
	body   bytes.Buffer
	// isFault tells that a fault has answered, which is no answer of GitHub's API.
	isFault bool
}

func (r *recorder) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(data []byte) (int, error) {
	r.body.Write(data)

	return r.ResponseWriter.Write(data)
}

// Unwrap gives http.ResponseController what is below.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// AddFault has requests go wrong from now on. The function that it returns ends that.
func (s *Server) AddFault(fault fakegithub.Fault) (remove func()) {
	if strike := fault.Strike; strike != nil {
		fault.Strike = func(w http.ResponseWriter, r *http.Request) bool {
			answered := strike(w, r)
			if answer, isRecorded := w.(*recorder); isRecorded {
				answer.isFault = answered
			}

			return answered
		}
	}

	return s.Server.AddFault(fault)
}

// asDescribed fails the test for each answer of the REST API that is not as GitHub describes it.
func asDescribed(t *testing.T, next http.Handler) http.Handler {
	t.Helper()

	known, err := document()
	if err != nil {
		t.Fatalf("read GitHub's description: %v", err)
	}

	// One mux cannot hold /issues/comments/{id} and /issues/{number}/comments.
	issues, mux := http.NewServeMux(), http.NewServeMux()

	for path, item := range known.Paths.Map() {
		for method, operation := range item.Operations() {
			check, mux := checked(t, next, operation), mux
			if strings.Contains(path, isOfComment) {
				mux = issues
			}

			mux.HandleFunc(method+" "+apiPrefix+pattern(path), check)

			// GitHub answers for a repository by its id as well, which it does not describe.
			if rest, isOfRepository := strings.CutPrefix(path, "/repos/{owner}/{repo}"); isOfRepository {
				mux.HandleFunc(method+" "+apiPrefix+"/repositories/{repository_id}"+pattern(rest), check)
			}
		}
	}

	// Whatever else is answered has to be added to the description first.
	other := checked(t, next, nil)
	mux.Handle("/", other)
	issues.Handle("/", other)

	// The paths of git and of pages may not fit a mux, and are not described.
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case !strings.HasPrefix(r.URL.Path, apiPrefix+"/"):
			next.ServeHTTP(w, r)
		case strings.Contains(r.URL.Path, isOfComment):
			issues.ServeHTTP(w, r)
		default:
			mux.ServeHTTP(w, r)
		}
	})
}

// wholePath are the parameters that take the rest of a path, with its slashes.
var wholePath = regexp.MustCompile(`\{(ref|branch|path|basehead)\}$`)

func pattern(path string) string { return wholePath.ReplaceAllString(path, "{$1...}") }

func checked(t *testing.T, next http.Handler, operation *openapi3.Operation) http.HandlerFunc {
	t.Helper()

	return func(w http.ResponseWriter, r *http.Request) {
		answer := &recorder{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(answer, r)

		if fault := difference(operation, answer); fault != "" && !answer.isFault {
			t.Errorf("%s %s answers otherwise than GitHub: %s\n%s", r.Method, r.URL.Path, fault, answer.body.String())
		}
	}
}

// difference says how an answer differs from GitHub's description; nothing where it does not. Without an operation, there has to be no answer.
func difference(operation *openapi3.Operation, answer *recorder) string {
	if operation == nil {
		if answer.status < http.StatusBadRequest {
			return "openapi.json has no such operation"
		}

		return ""
	}

	if !strings.HasPrefix(answer.Header().Get("Content-Type"), "application/json") || answer.body.Len() == 0 {
		return ""
	}

	var body any
	if err := json.Unmarshal(answer.body.Bytes(), &body); err != nil {
		return "it is no JSON"
	}

	schema := schemaOf(operation, answer.status)

	switch {
	case schema != nil:
	case answer.status >= http.StatusMultipleChoices:
		// Of the errors that any operation may have, GitHub describes only some, and not all of those in full.
		said, _ := body.(map[string]any)
		if message, _ := said["message"].(string); message == "" {
			return "an error without a message"
		}

		return ""
	default:
		return fmt.Sprintf("GitHub never answers with a body and %d", answer.status)
	}

	if err := schema.VisitJSON(body, openapi3.VisitAsResponse()); err != nil {
		return err.Error()
	}

	return ""
}

// schemaOf returns what the body of an answer with that status has to be; nil where GitHub does not say.
func schemaOf(operation *openapi3.Operation, status int) *openapi3.Schema {
	described := operation.Responses.Value(strconv.Itoa(status))
	if described == nil {
		return nil
	}

	media := described.Value.Content.Get("application/json")
	if media == nil || media.Schema == nil {
		return nil
	}

	return media.Schema.Value
}
