package fakegithub

import (
	_ "embed"
	"encoding/json"
	"net/http"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

//go:embed schema.graphql
var schemaText string

var schema = gqlparser.MustLoadSchema(&ast.Source{Name: "schema.graphql", Input: schemaText})

// graphQLError is an error in an answer, which may have data nevertheless.
type graphQLError struct {
	Type    string `json:"type,omitempty"`
	Path    []any  `json:"path,omitempty"`
	Message string `json:"message"`
}

// query is what a client sends.
type query struct {
	Query         string         `json:"query"`
	OperationName string         `json:"operationName"`
	Variables     map[string]any `json:"variables"`
}

// graphQL answers a query.
func (s *Server) graphQL(w http.ResponseWriter, r *http.Request) {
	c := &call{Server: s, r: r, base: baseOf(r)}

	s.mutex.Lock()
	refused := c.authenticate()

	if refused == nil && c.token == nil {
		refused = failure(http.StatusUnauthorized, "This endpoint requires you to be authenticated.")
	}

	d := c.demand(resourceGraphQL)
	d.points = readPoints
	s.mutex.Unlock()

	if refused != nil {
		write(w, refused)

		return
	}

	switch s.usage.admit(d, s.now()) {
	case primaryLimit:
		s.usage.announce(w.Header(), d, s.now())
		write(w, graphQLErrors(graphQLError{Type: "RATE_LIMITED", Message: "API rate limit exceeded for " + d.caller + "."}))

		return
	case secondaryLimit:
		write(w, overSecondaryLimit())

		return
	case admitted:
	}

	defer s.usage.done(d)

	if s.faults.strike(w, r) {
		return
	}

	s.mutex.Lock()
	a, cost := c.answerQuery(d)
	body, contentType := a.encode()
	s.mutex.Unlock()

	s.faults.lose(r)
	s.usage.charge(d, cost, s.now())
	s.usage.announce(w.Header(), d, s.now())
	writeEncoded(w, a, body, contentType)
}

func graphQLErrors(errors ...graphQLError) *answer { return ok(object{"errors": errors}) }

// answerQuery runs a query and returns its cost with the answer.
func (c *call) answerQuery(d demand) (*answer, int) {
	sent := query{}

	if err := json.NewDecoder(http.MaxBytesReader(nil, c.r.Body, mostBodyBytes)).Decode(&sent); err != nil {
		return problemsParsing(), 1
	}

	document, faults := gqlparser.LoadQueryWithRules(schema, sent.Query, rules.NewDefaultRules())
	if len(faults) > 0 {
		return refusedQuery(faults), 1
	}

	operation := document.Operations.ForName(sent.OperationName)
	if operation == nil {
		return graphQLErrors(graphQLError{Message: "No operation named \"" + sent.OperationName + "\""}), 1
	}

	variables, err := variablesOf(operation, sent.Variables)
	if err != nil {
		return refusedQuery(err), 1
	}

	e := &execution{call: c, demand: d, variables: variables}
	e.cost, e.nodes = estimate(operation.SelectionSet, variables)

	if complaint := complainAbout(operation.SelectionSet, variables); complaint != nil {
		return graphQLErrors(*complaint), 1
	}

	if e.nodes > mostNodes {
		return graphQLErrors(graphQLError{
			Type: "MAX_NODE_LIMIT_EXCEEDED", Message: "This query requests more than the 500,000 nodes that are allowed.",
		}), 1
	}

	data := e.selected(operation.SelectionSet, e.root(), nil)
	body := object{"data": data}

	if len(e.errors) > 0 {
		body["errors"] = e.errors
	}

	return ok(body), e.cost
}

// refusedQuery says what is wrong with a query, as GitHub does: with status 200.
func refusedQuery(err error) *answer {
	var list gqlerror.List

	switch err := err.(type) { //nolint:errorlint // The parser returns them as they are.
	case gqlerror.List:
		list = err
	case *gqlerror.Error:
		list = gqlerror.List{err}
	default:
		return graphQLErrors(graphQLError{Message: err.Error()})
	}

	errors := make([]graphQLError, len(list))
	for n, one := range list {
		errors[n] = graphQLError{Message: one.Message}
	}

	return graphQLErrors(errors...)
}
