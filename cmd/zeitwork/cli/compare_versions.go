package cli

import (
	"cmp"
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// versionPieces are numbers, and what is between them.
var versionPieces = regexp.MustCompile(`[0-9]+|[^0-9]+`)

// flavour is what a version has of letters: a kernel for clouds is no newer than one for all machines.
func flavour(version string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) {
			return r
		}

		return -1
	}, version)
}

// compareVersions orders versions of whatever scheme as people read them: number by number. 6.9.1 is before 6.12.0, and 2.1 before 2.1.4.
func compareVersions(x, y string) int {
	xs, ys := versionPieces.FindAllString(x, -1), versionPieces.FindAllString(y, -1)

	for i := range min(len(xs), len(ys)) {
		xNumber, xErr := strconv.Atoi(xs[i])
		yNumber, yErr := strconv.Atoi(ys[i])

		order := cmp.Compare(xs[i], ys[i])
		if xErr == nil && yErr == nil {
			order = cmp.Compare(xNumber, yNumber)
		}

		if order != 0 {
			return order
		}
	}

	return cmp.Compare(len(xs), len(ys))
}
