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

// graphQL answers queries.
func (s *Server) graphQL() http.Handler {
	return s.limited(resourceGraphQL, func(w http.ResponseWriter, c *call, d demand) {
		if c.token == nil {
			write(w, failure(http.StatusUnauthorized, "This endpoint requires you to be authenticated."))

			return
		}

		var (
			a    *answer
			cost int
		)

		s.locked(func() { a, cost = c.answerQuery(d) })

		s.faults.lose(c.r)
		s.usage.charge(d, cost, s.now())
		s.usage.announce(w.Header(), d, s.now())
		write(w, a)
	})
}

func graphQLErrors(faults ...graphQLError) *answer { return ok(object{"errors": faults}) }

// answerQuery runs a query and returns its cost with the answer.
func (c *call) answerQuery(d demand) (*answer, int) {
	sent := query{}

	if err := json.NewDecoder(c.r.Body).Decode(&sent); err != nil {
		return problemsParsing(), 1
	}

	document, faults := c.parse(sent.Query)
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

// mostParsed is how many queries are remembered. Clients send the same few again and again.
const mostParsed = 100

// parse reads a query, and remembers it; the mutex is held.
func (s *Server) parse(text string) (*ast.QueryDocument, gqlerror.List) {
	if known := s.parsed[text]; known != nil {
		return known, nil
	}

	document, faults := gqlparser.LoadQueryWithRules(schema, text, rules.NewDefaultRules())
	if len(faults) > 0 {
		return nil, faults
	}

	if len(s.parsed) >= mostParsed {
		clear(s.parsed)
	}

	s.parsed[text] = document

	return document, nil
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

	faults := make([]graphQLError, len(list))
	for n, one := range list {
		faults[n] = graphQLError{Message: one.Message}
	}

	return graphQLErrors(faults...)
}
