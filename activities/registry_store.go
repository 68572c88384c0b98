package activities

import (
	"slices"
	"strings"
)

// storeTrouble explains what a registry, or a client of it, says when the registry cannot be written to. Only its operator can mend that.
func storeTrouble(text string) (string, bool) {
	says := func(words ...string) bool {
		return slices.ContainsFunc(words, func(word string) bool { return strings.Contains(text, word) })
	}

	switch {
	case says("405 Method Not Allowed", "unexpected status code 405"):
		return "The image registry is read-only while its operators work on it.", true
	case says("507 Insufficient Storage", "status code: 507", "status code 507", "StorageFull", "QuotaExceeded", "InsufficientStorage"):
		return "The image registry has no room left.", true
	default:
		return "", false
	}
}
