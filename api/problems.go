package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"sync"

	"github.com/danielgtaylor/huma/v2"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/zeitwork/zeitwork/internal/problem"
)

// Problem is the body of every answer that is not a success (RFC 9457).
//
//nolint:errname,lll // Its name is the schema's in the OpenAPI document. One field a line, with its documentation.
type Problem struct {
	Title  string           `doc:"The status in words."                   json:"title"`
	Status int              `json:"status"`
	Code   string           `doc:"Whose move it is."               enum:"conflict,forbidden,internal,invalid,not_found,too_many,unauthorized,unavailable" json:"code"`
	Detail string           `doc:"What happened and what to do."          json:"detail"`
	Errors []ProblemLocated `doc:"What is wrong with which input, if any." json:"errors,omitempty"`
}

// ProblemLocated says what is wrong with one input. It does not repeat the input, which may be a secret.
type ProblemLocated struct {
	Message  string `json:"message"`
	Location string `example:"body.name" json:"location,omitempty"`
}

// Error implements error.
func (p *Problem) Error() string { return p.Detail }

// GetStatus implements huma.StatusError.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType implements huma.ContentTypeFilter.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// answerProblems makes Huma answer with Problems, and take names of fields as they are written. Huma keeps both in global variables.
var answerProblems = sync.OnceFunc(func() {
	huma.ValidateStrictCasing = true
	huma.NewError = func(status int, message string, errs ...error) huma.StatusError {
		return newProblem(context.Background(), status, message, errs)
	}
	huma.NewErrorWithContext = func(ctx huma.Context, status int, message string, errs ...error) huma.StatusError {
		return newProblem(ctx.Context(), status, message, errs)
	}
})

// newProblem is Huma's constructor of errors. With status 500 errs holds the error that a handler returned; with any other status it
// holds what Huma found wrong with the input.
func newProblem(ctx context.Context, status int, message string, errs []error) *Problem {
	if status == http.StatusInternalServerError {
		return problemOf(ctx, errors.Join(errs...))
	}

	p := &Problem{Title: http.StatusText(status), Status: status, Code: string(codeOf(status)), Detail: sentence(status, message)}

	for _, err := range errs {
		located := ProblemLocated{Message: "It cannot be read."}
		if detailer, ok := err.(huma.ErrorDetailer); ok {
			detail := detailer.ErrorDetail()
			located = ProblemLocated{Message: detail.Message, Location: detail.Location}

			if detail.Value == (null{}) {
				located.Message += "; leave the field out where it is to have no value"
			}
		}

		p.Errors = append(p.Errors, located)
	}

	return p
}

// problemOf returns the answer to a handler's error. The log gets all of the error; the caller sees only its sentence.
func problemOf(ctx context.Context, err error) *Problem {
	noteError(ctx, err)

	err = unstorable(err)
	status := statusOf(problem.CodeOf(err))

	return &Problem{Title: http.StatusText(status), Status: status, Code: string(problem.CodeOf(err)), Detail: problem.MessageOf(err)}
}

// unstorable turns Postgres' refusal of text that it cannot store into a problem that tells the caller what to do. Any input may hold such
// text, so that no operation checks for it.
func unstorable(err error) error {
	const characterNotInRepertoire, untranslatableCharacter = "22021", "22P05"

	refusal, ok := errors.AsType[*pgconn.PgError](err)
	if ok && (refusal.Code == characterNotInRepertoire || refusal.Code == untranslatableCharacter) {
		return problem.Wrap(err, problem.Invalid, "The request holds text with a NUL character or with bytes that are not UTF-8. Take them out and send it again.")
	}

	return err
}

// writeProblem answers with a problem outside of Huma.
func writeProblem(writer http.ResponseWriter, p *Problem) {
	writer.Header().Set("Content-Type", p.ContentType(""))
	writer.WriteHeader(p.Status)
	_ = json.NewEncoder(writer).Encode(p) //nolint:errchkjson // It fails only when the caller has hung up.
}

func statusOf(code problem.Code) int {
	switch code {
	case problem.Conflict:
		return http.StatusConflict
	case problem.Invalid:
		return http.StatusUnprocessableEntity
	case problem.NotFound:
		return http.StatusNotFound
	case problem.Unauthorized:
		return http.StatusUnauthorized
	case problem.Forbidden:
		return http.StatusForbidden
	case problem.Unavailable:
		return http.StatusServiceUnavailable
	case problem.TooMany:
		return http.StatusTooManyRequests
	case problem.Internal:
		return http.StatusInternalServerError
	default:
		return http.StatusInternalServerError
	}
}

func codeOf(status int) problem.Code {
	switch {
	case status == http.StatusUnauthorized:
		return problem.Unauthorized
	case status == http.StatusForbidden:
		return problem.Forbidden
	case status == http.StatusNotFound:
		return problem.NotFound
	case status == http.StatusConflict:
		return problem.Conflict
	case status < http.StatusInternalServerError:
		return problem.Invalid
	default:
		return problem.Internal
	}
}

// sentence replaces a few words of Huma by a sentence for people.
func sentence(status int, message string) string {
	switch status {
	case http.StatusUnprocessableEntity, http.StatusBadRequest:
		return "The request is not valid: correct what the errors name and send it again."
	case http.StatusRequestEntityTooLarge:
		return "The request is too large."
	case http.StatusRequestTimeout:
		return "The request took too long to arrive; send it again."
	default:
		return message
	}
}
