package github

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Cost is what a GraphQL query took of the limit, as GitHub counts it.
type Cost struct {
	Points    int       `json:"cost"`
	Remaining int       `json:"remaining"`
	ResetAt   time.Time `json:"resetAt"`
}

// queryError is an error that stands beside the data of an answer.
type queryError struct {
	Type    string `json:"type"`
	Path    []any  `json:"path"`
	Message string `json:"message"`
}

// place returns to which part of a query the error belongs, and to which node of that.
func (e queryError) place() (part string, node int) {
	if len(e.Path) < 2 { //nolint:mnd // The part, and a place in it.
		return "", 0
	}

	part, _ = e.Path[0].(string)
	number, _ := e.Path[1].(float64)

	return part, int(number)
}

// query runs a query and reads its data. Errors that do not keep the rest from being answered are returned beside it.
func (a *asker) query(ctx context.Context, text string, variables map[string]any, data any) ([]queryError, error) {
	body, err := json.Marshal(map[string]any{"query": text, "variables": variables})
	if err != nil {
		return nil, err
	}

	request, err := http.NewRequestWithContext(ctx, http.MethodPost, a.endpoints.graphQL.String(), bytes.NewReader(body))
	if err != nil {
		return nil, err
	}

	request.Header.Set("Content-Type", "application/json")

	response, err := a.http.Do(request)
	if err != nil {
		return nil, explain(ctx, err)
	}
	defer func() { _ = response.Body.Close() }()

	answer := struct {
		Message string          `json:"message"`
		Data    json.RawMessage `json:"data"`
		Errors  []queryError    `json:"errors"`
	}{}

	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		return nil, (&Error{Reason: Unavailable, Status: response.StatusCode, Detail: "the answer to a query cannot be read", Cause: err}).problem()
	}

	if response.StatusCode != http.StatusOK {
		return nil, answeredError(response.StatusCode, answer.Message).problem()
	}

	if err := fatal(answer.Errors, len(answer.Data) > 0 && string(answer.Data) != "null"); err != nil {
		return nil, err.problem()
	}

	if err := json.Unmarshal(answer.Data, data); err != nil {
		return nil, (&Error{Reason: Unavailable, Detail: "the data of a query cannot be read", Cause: err}).problem()
	}

	return answer.Errors, nil
}

// fatal returns the error for an answer without data: a query that GitHub did not finish in its ten seconds, or one that it does not take.
func fatal(faults []queryError, hasData bool) *Error {
	if hasData {
		return nil
	}

	messages := make([]string, len(faults))
	for n, fault := range faults {
		messages[n] = fault.String()
	}

	return &Error{Reason: Unavailable, Detail: "a query has no data", Cause: errors.New(strings.Join(messages, "; "))}
}

const rateLimitFields = "rateLimit { cost remaining resetAt }"

// isGone tells whether an error says that there is no such node, or none that is shown.
func (e queryError) isGone() bool { return e.Type == "NOT_FOUND" }

func (e queryError) String() string { return fmt.Sprintf("%s: %s", e.Type, e.Message) }
