package logfields

import (
	"maps"
	"slices"
	"strings"

	"github.com/zeitwork/zeitwork/api/internal/logtext"
)

// The bounds of fields.
const (
	maxDepth  = 4
	maxValues = 100
	maxText   = 2 << 10
)

// cut stands for what was left out.
const cut = "…"

// bounds counts what is left out and what may still be taken.
type bounds struct {
	left  int
	isCut bool
}

// bounded returns so much of an object as people and pages look at, and whether it had more.
func bounded(object map[string]any) (map[string]any, bool) {
	b := &bounds{left: maxValues}
	kept, _ := b.value(object, 0).(map[string]any)

	return kept, b.isCut
}

func (b *bounds) value(value any, depth int) any {
	switch value := value.(type) {
	case string:
		return b.text(value)
	case map[string]any:
		if depth == maxDepth {
			return b.leaveOut()
		}

		return b.object(value, depth)
	case []any:
		if depth == maxDepth {
			return b.leaveOut()
		}

		return b.list(value, depth)
	default:
		return value
	}
}

func (b *bounds) object(object map[string]any, depth int) map[string]any {
	kept := map[string]any{}

	for _, name := range slices.Sorted(maps.Keys(object)) {
		if b.left == 0 {
			b.isCut = true

			break
		}

		b.left--
		kept[b.text(name)] = b.value(object[name], depth+1)
	}

	return kept
}

func (b *bounds) list(list []any, depth int) []any {
	kept := []any{}

	for _, value := range list {
		if b.left == 0 {
			b.isCut = true

			break
		}

		b.left--
		kept = append(kept, b.value(value, depth+1))
	}

	return kept
}

func (b *bounds) text(text string) string {
	text = readable(text)
	if len(text) <= maxText {
		return text
	}

	b.isCut = true

	return strings.ToValidUTF8(text[:maxText], "") + cut
}

func (b *bounds) leaveOut() string {
	b.isCut = true

	return cut
}

// readable leaves out of a text what a terminal obeys: JSON may have it written out. Newlines stay, as a stack is one text.
func readable(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		lines[i] = logtext.Plain(line)
	}

	return strings.Join(lines, "\n")
}
