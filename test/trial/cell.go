package trial

import "strings"

// Cell returns text as the content of a cell in a table of Markdown's, cut where it is long.
func Cell(text string) string {
	const enough = 400

	text = strings.NewReplacer("\n", " ", "|", `\|`).Replace(text)

	return strings.ToValidUTF8(text[:min(enough, len(text))], "")
}
