package api

import (
	"encoding/json"
	"errors"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
)

// null stands for a JSON null while a body is validated. No schema of a request allows one, but Huma takes it for a field that was left out: a
// caller who means to clear a setting would be told that it is done.
type null struct{}

// surrogates finds escaped surrogates of UTF-16, and the escaped backslashes that could be taken for the beginning of one.
var surrogates = regexp.MustCompile(`\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[dD][89a-fA-F][0-9a-fA-F]{2}`)

// strictJSON reads bodies as encoding/json does, and refuses what that would change without a word.
func strictJSON() huma.Format {
	return huma.Format{Marshal: writeAnswer, Unmarshal: func(data []byte, value any) error {
		if !utf8.Valid(data) {
			return errors.New("the body holds bytes that are not UTF-8: encode them, for example as base64")
		}

		for _, found := range surrogates.FindAll(data, -1) {
			if len(found) == len(`\ud800`) {
				return errors.New("the body holds half of a surrogate pair, " + strings.ToLower(string(found)) + ", which is no character")
			}
		}

		if err := json.Unmarshal(data, value); err != nil && !readWholeNumbers(data, value, err) {
			return err //nolint:wrapcheck // Its text is part of the answer.
		}

		if parsed, ok := value.(*any); ok {
			*parsed = markNulls(*parsed)
		}

		return nil
	}}
}

// readWholeNumbers reads a body in which whole numbers are written as 1.0 or 1e3, which encoding/json has refused with err and JSON Schema allows.
func readWholeNumbers(data []byte, value any, err error) bool {
	refusal, ok := errors.AsType[*json.UnmarshalTypeError](err)
	if !ok || !strings.HasPrefix(refusal.Value, "number ") {
		return false
	}

	var parsed any
	if err := json.Unmarshal(data, &parsed); err != nil {
		return false
	}

	rewritten, err := json.Marshal(parsed)

	return err == nil && json.Unmarshal(rewritten, value) == nil
}

func markNulls(value any) any {
	switch value := value.(type) {
	case nil:
		return null{}
	case map[string]any:
		for name, member := range value {
			value[name] = markNulls(member)
		}
	case []any:
		for i, member := range value {
			value[i] = markNulls(member)
		}
	}

	return value
}
