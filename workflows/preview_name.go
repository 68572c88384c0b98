package workflows

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// maxLabel is how long a label of a hostname may be (RFC 1035).
const maxLabel = 63

// previewSlugs are the slugs that the preview of a branch may get in the project with that slug, the first that is free: what its branch is in a
// hostname, and the same with a suffix that no other branch has. Where the branch has to be cut there is the second alone. The preview of a branch
// keeps its name by that, however often it is made.
func previewSlugs(project, branch string) []string {
	const suffixDigits = 6

	room := maxLabel - len(project) - len("-")
	sum := sha256.Sum256([]byte(branch))
	suffix := "-" + hex.EncodeToString(sum[:])[:suffixDigits]

	words := strings.FieldsFunc(strings.ToLower(branch), func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') })
	whole := strings.Join(words, "-")

	if whole == "" {
		return []string{"branch" + suffix}
	}

	unique := strings.TrimRight(whole[:min(len(whole), room-len(suffix))], "-") + suffix
	if len(whole) > room {
		return []string{unique}
	}

	return []string{whole, unique}
}
