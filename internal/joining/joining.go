// Package joining has what machines tell an operator when they join the platform and the API does not answer as it should.
package joining

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// Patience is how long the API may take to answer while a machine joins.
const Patience = 15 * time.Second

// ErrRefused tells that the API does not take a token. What it is joined with is a sentence for the operator.
var ErrRefused = errors.New("the API refused")

// Refused is ErrRefused with the sentence of the problem that the API has answered with.
func Refused(body []byte) error { return fmt.Errorf("%w: %s", ErrRefused, Detail(body)) }

// Unreachable is the error of a request that got no answer.
func Unreachable(apiURL string, err error) error {
	return fmt.Errorf("the API cannot be reached: is ZEITWORK_API_URL=%s right, and in reach of this machine? %w", apiURL, err)
}

// NoAPI is the error of an answer that no API gives.
func NoAPI(apiURL, status string, body []byte) error {
	return fmt.Errorf("ZEITWORK_API_URL=%s answers %s, which no API of the platform does: is it right? %s", apiURL, status, Detail(body))
}

// Detail is the sentence of a problem that the API has answered with.
func Detail(body []byte) string {
	var problem struct {
		Detail string `json:"detail"`
	}

	if err := json.Unmarshal(body, &problem); err != nil {
		return ""
	}

	return problem.Detail
}
