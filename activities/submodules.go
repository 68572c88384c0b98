package activities

import (
	"fmt"
	"strings"

	"github.com/samber/lo"
)

// namesInWords is how many files a sentence names.
const namesInWords = 3

// missingSubmodules says which directories are empty because they are repositories of their own; nothing where there are none.
func missingSubmodules(entries []sourceEntry) []string {
	paths := lo.FilterMap(entries, func(entry sourceEntry, _ int) (string, bool) { return entry.path, entry.kind == kindSubmodule })

	switch len(paths) {
	case 0:
		return nil
	case 1:
		return []string{fmt.Sprintf("The directory %s is empty: it is a submodule, and submodules are not fetched. "+
			"Put its files into this repository, for example by git subtree, or have a package manager fetch them.", paths[0])}
	default:
		return []string{fmt.Sprintf("The directories %s are empty: they are submodules, and submodules are not fetched. "+
			"Put their files into this repository, for example by git subtree, or have a package manager fetch them.", pathsInWords(paths))}
	}
}

func pathsInWords(paths []string) string {
	words := strings.Join(paths[:min(len(paths), namesInWords)], ", ")
	if more := len(paths) - namesInWords; more > 0 {
		words += fmt.Sprintf(" and %d more", more)
	}

	return words
}
