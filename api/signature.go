package api

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/zeitwork/zeitwork/internal/httpsignature"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// signedBodyTimeout is how long a signed body may take to arrive where its operation sets no time: the body is read whole before the operation begins.
const signedBodyTimeout = 5 * time.Second

// rotatesEdgeToken tells an operator how another machine, or one that has lost its key, becomes the edge.
const rotatesEdgeToken = "The key of an edge is in its data directory. " +
	"`zeitwork edges rotate-token NAME` makes a token for a machine without that key."

// requireSignature refuses the request of an operation where its caller's token is bound to a key that has not signed it.
func requireSignature(ctx huma.Context, who caller) error {
	request, _ := humago.Unwrap(ctx)
	operation := ctx.Operation()

	return who.requireSignature(request, func() ([]byte, error) {
		timeout := operation.BodyReadTimeout
		if timeout <= 0 {
			timeout = signedBodyTimeout
		}

		_ = ctx.SetReadDeadline(time.Now().Add(timeout))
		// The server goes on reading, to learn that the client has left: a deadline that passes meanwhile would end a request that waits.
		defer func() { _ = ctx.SetReadDeadline(time.Time{}) }()

		return takeBody(request, operation.MaxBodyBytes)
	})
}

// requireSignature refuses a request that is not signed by the key to which the caller's token is bound.
func (c caller) requireSignature(request *http.Request, readBody func() ([]byte, error)) error {
	if c.publicKey == nil {
		return nil
	}

	err := httpsignature.Verify(request, c.publicKey, time.Now(), readBody)
	another := "`zeitwork nodes join NAME` makes another machine the node."

	if c.kind == edgeKind {
		another = rotatesEdgeToken
	}

	switch {
	case errors.Is(err, httpsignature.ErrUnsigned):
		return problem.New(problem.Unauthorized,
			"This token is of use on its %s's machine alone: requests with it have to be signed by the key of that machine. %s", c.kind, another)
	case errors.Is(err, httpsignature.ErrKey):
		return problem.New(problem.Unauthorized, "The request is signed by another machine than the one that its token is of use on. %s", another)
	case errors.Is(err, httpsignature.ErrTime):
		return problem.New(problem.Unauthorized, "The request was signed at another time than now: it is one that was sent before, or the machine's clock is wrong.")
	case errors.Is(err, httpsignature.ErrForged):
		return problem.New(problem.Unauthorized, "The signature of the request is none of this request: something on its way may have changed it.")
	default:
		return err
	}
}

// takeBody reads a body, and leaves it in the request for whoever reads it next.
func takeBody(request *http.Request, limit int64) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(request.Body, limit+1))
	if err != nil {
		return nil, problem.Wrap(err, problem.Invalid, "The body of the request could not be read.")
	}

	if int64(len(body)) > limit {
		return nil, newProblem(request.Context(), http.StatusRequestEntityTooLarge, "", nil)
	}

	request.Body = io.NopCloser(bytes.NewReader(body))

	return body, nil
}
