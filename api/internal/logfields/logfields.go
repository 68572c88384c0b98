// Package logfields finds what an app says in its log lines beside their text: the level, and the fields of a line that is a JSON object. Apps
// promise no form, so that all of it is a guess: a line of which nothing is known has no level. That it came from stderr says nothing.
package logfields

import (
	"encoding/json"
	"strings"
)

// The levels, of which lines have one or none ("").
const (
	Trace = "trace"
	Debug = "debug"
	Info  = "info"
	Warn  = "warn"
	Error = "error"
	Fatal = "fatal"
)

// Facts is what a line says.
type Facts struct {
	Level string
	// Message is the text of a line that is a JSON object; empty where it has none.
	Message string
	// Fields is the whole object, bounded: nil for all other lines.
	Fields map[string]any
	// IsCut tells that the object had more than Fields.
	IsCut bool
}

// Read finds what the line says, of which it takes what a reader sees.
func Read(line string) Facts {
	object, isObject := decode(line)
	if !isObject {
		return Facts{Level: levelOfText(line)}
	}

	facts := Facts{Level: levelOfObject(object), Message: readable(firstText(object, "message", "msg", "@m", "event"))}
	facts.Fields, facts.IsCut = bounded(object)

	return facts
}

// Level is that of Read alone.
func Level(line string) string {
	if object, isObject := decode(line); isObject {
		return levelOfObject(object)
	}

	return levelOfText(line)
}

func decode(line string) (map[string]any, bool) {
	line = strings.TrimSpace(line)
	if !strings.HasPrefix(line, "{") || !strings.HasSuffix(line, "}") {
		return nil, false
	}

	var object map[string]any

	// Numbers stay as they are written: ids may have more digits than a float.
	decoder := json.NewDecoder(strings.NewReader(line))
	decoder.UseNumber()

	if decoder.Decode(&object) != nil || decoder.More() {
		return nil, false
	}

	return object, true
}

// firstText returns the first of the fields that is a text.
func firstText(object map[string]any, names ...string) string {
	for _, name := range names {
		if text, ok := object[name].(string); ok && text != "" {
			return text
		}
	}

	return ""
}
