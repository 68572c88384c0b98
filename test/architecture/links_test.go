package architecture_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var (
	markdownCode    = regexp.MustCompile("(?ms)^```.*?^```$|^    .*?$|`[^`\n]+`")
	markdownLink    = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	markdownHeading = regexp.MustCompile(`(?m)^#+ (.*)$`)
	notInAnchors    = regexp.MustCompile(`[^\p{L}\p{M}\p{N}\p{Pc} -]`)
)

func TestMarkdown_ItsLinksLeadSomewhere(t *testing.T) {
	t.Parallel()

	files := markdownFiles(t)
	checked := 0

	for _, file := range files {
		for _, link := range markdownLink.FindAllStringSubmatch(markdownCode.ReplaceAllString(read(t, file), ""), -1) {
			path, anchor, hasAnchor := strings.Cut(link[1], "#")
			if strings.Contains(path, ":") || strings.HasPrefix(path, "/") {
				continue
			}

			target := file
			if path != "" {
				target = filepath.Join(filepath.Dir(file), path)
			}

			if _, err := os.Stat(target); err != nil {
				t.Errorf("%s links to %s, which is not there", file, link[1])

				continue
			}

			if hasAnchor {
				require.Contains(t, anchorsOf(read(t, target)), anchor, "%s links to %s: there is no such heading", file, link[1])
			}

			checked++
		}
	}

	require.Greater(t, checked, 100)
}

// anchorsOf returns the names that GitHub, and the documentation's site, give the headings of a page.
func anchorsOf(page string) []string {
	headings := markdownHeading.FindAllStringSubmatch(page, -1)
	anchors := make([]string, 0, len(headings))

	for _, heading := range headings {
		name := strings.ToLower(strings.TrimSpace(heading[1]))
		anchors = append(anchors, strings.ReplaceAll(notInAnchors.ReplaceAllString(name, ""), " ", "-"))
	}

	return anchors
}

func markdownFiles(t *testing.T) []string {
	t.Helper()

	var files []string

	err := filepath.WalkDir(filepath.Join("..", ".."), func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (entry.Name() == "node_modules" || entry.Name() == "testdata" || entry.Name() == ".git"):
			return fs.SkipDir
		case filepath.Ext(path) == ".md":
			files = append(files, path)
		}

		return nil
	})
	require.NoError(t, err)

	return files
}

func read(t *testing.T, file string) string {
	t.Helper()

	content, err := os.ReadFile(file)
	require.NoError(t, err)

	return string(content)
}
