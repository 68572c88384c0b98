package api

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

// source is one of the streams that an answer of follow-streams carries.
type source struct {
	// of is the path and query of the stream's operation.
	of *url.URL
	// position is the id of the event behind which it goes on; empty: it begins.
	position string
}

// registerFollowStreams registers follow-streams. It calls the operations of the streams as the caller would, so that they are permitted, bounded and logged
// as ever, and passes on what they answer.
func (s *service) registerFollowStreams(api huma.API, op huma.Operation) {
	op.Responses = map[string]*huma.Response{"200": describeStream(api.OpenAPI().Components.Schemas, map[string]any{
		"open": StreamOpen{}, "event": StreamEvent{}, "refused": StreamRefused{}, "over": StreamOver{},
	})}

	huma.Register(api, op, func(ctx context.Context, input *FollowStreamsInput) (*huma.StreamResponse, error) {
		sources, err := s.sourcesOf(ctx, input)
		if err != nil {
			return nil, err
		}

		end, err := s.countStream(ctx)
		if err != nil {
			return nil, err
		}

		//nolint:contextcheck // Huma hands the context in its own.
		return s.streamResponse(end, func(ctx huma.Context, out *eventStream) error {
			request, _ := humago.Unwrap(ctx)

			s.followSources(request, sources, out)

			return nil
		}), nil
	})
}

// sourcesOf returns an invalid problem for what names no stream.
func (s *service) sourcesOf(ctx context.Context, input *FollowStreamsInput) ([]source, error) {
	positions := strings.Split(input.LastEventID, ",")
	if input.LastEventID == "" {
		positions = make([]string, len(input.Of))
	}

	if len(positions) != len(input.Of) {
		return nil, newProblem(ctx, http.StatusUnprocessableEntity, "", []error{&huma.ErrorDetail{
			Location: "header.Last-Event-ID", Message: "expected one id for each of the streams, which may be empty",
		}})
	}

	sources := make([]source, len(input.Of))

	for i, of := range input.Of {
		parsed, err := url.ParseRequestURI(of)
		if err != nil || !s.streams.names(parsed) {
			return nil, newProblem(ctx, http.StatusUnprocessableEntity, "", []error{&huma.ErrorDetail{
				Location: fmt.Sprintf("query.of[%d]", i), Message: "expected the path of an operation that streams, such as /v1/projects/…/changes",
			}})
		}

		sources[i] = source{of: parsed, position: positions[i]}
	}

	return sources, nil
}

// followSources calls the operation of each source, and returns when all of them have ended.
func (s *service) followSources(request *http.Request, sources []source, out *eventStream) {
	ctx, cancel := context.WithCancel(request.Context())
	defer cancel()

	joined := &joinedStream{out: out, positions: make([]string, len(sources)), broke: cancel}
	for i, each := range sources {
		joined.positions[i] = each.position
	}

	calls := requestLog(s.logger, s.requests, s.streams.mux)

	var group sync.WaitGroup

	for i, each := range sources {
		group.Go(func() {
			defer joined.endWithAborted()

			writer := &sourceWriter{joined: joined, number: i, header: http.Header{}}
			calls.ServeHTTP(writer, each.request(context.WithValue(ctx, joinedKey{}, writer), request))

			// Streams that end because the process stops, or because nobody reads them, are not over.
			select {
			case <-s.stopping:
			case <-ctx.Done():
			default:
				writer.end(ctx)
			}
		})
	}

	group.Wait()
}

// request is the request that asks for the source alone, from the same caller as the one that asks for it among others.
func (s source) request(ctx context.Context, among *http.Request) *http.Request {
	request := among.Clone(ctx)
	request.URL, request.RequestURI = s.of, s.of.RequestURI()
	request.Header.Del("Last-Event-ID")

	if s.position != "" {
		request.Header.Set("Last-Event-ID", s.position)
	}

	return request
}

// streamOperations are the operations that stream.
type streamOperations struct{ mux *http.ServeMux }

func newStreamOperations() streamOperations { return streamOperations{mux: http.NewServeMux()} }

// add has an operation of the API called by the path that it has there.
func (o streamOperations) add(api huma.API, op huma.Operation) {
	o.mux.HandleFunc(http.MethodGet+" "+op.Path, api.Adapter().ServeHTTP)
}

// names tells whether a path is that of an operation that streams, as it is written.
func (o streamOperations) names(of *url.URL) bool {
	_, pattern := o.mux.Handler(&http.Request{Method: http.MethodGet, URL: of})

	return pattern != "" && path.Clean(of.Path) == of.Path && of.Host == ""
}

// joinedKey is in the context of a request for a stream that is part of another one, with the *sourceWriter that it writes to.
type joinedKey struct{}

func isJoined(ctx context.Context) bool { return ctx.Value(joinedKey{}) != nil }

// noteOver tells the answer that a stream is part of, where there is one, that the stream has ended by itself.
func noteOver(ctx context.Context) {
	if writer, ok := ctx.Value(joinedKey{}).(*sourceWriter); ok {
		writer.over = true
	}
}
