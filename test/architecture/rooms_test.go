package architecture_test

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// layers are the rooms of the product from top to bottom. Rooms of one layer may import each other, as long as that is no circle.
func layers() [][]string {
	return [][]string{
		{"cmd"},
		{"api", "workflows", "nodeagent", "edgeproxy", "builder"},
		{"activities"},
		{"database"},
		{"internal"},
	}
}

func TestRooms_ImportOnlyDownwards(t *testing.T) {
	t.Parallel()

	layerOf := func(room string) int {
		return slices.IndexFunc(layers(), func(rooms []string) bool { return slices.Contains(rooms, room) })
	}

	for _, p := range packages(t) {
		for _, imported := range p.Imports {
			from, to := layerOf(room(p.ImportPath)), layerOf(room(imported))
			if from >= 0 && to >= 0 && to < from {
				t.Errorf("%s imports %s, which is above it: what both need belongs further down", p.ImportPath, imported)
			}
		}
	}
}

func TestRooms_DoNotImportEachOtherInCircles(t *testing.T) {
	t.Parallel()

	imports := map[string]map[string]string{} // By room: the rooms it imports, with one import as the proof.

	for _, p := range packages(t) {
		for _, imported := range p.Imports {
			from, to := room(p.ImportPath), room(imported)
			if from == "" || to == "" || from == to {
				continue
			}

			if imports[from] == nil {
				imports[from] = map[string]string{}
			}

			imports[from][to] = p.ImportPath + " imports " + imported
		}
	}

	done := map[string]bool{}

	var visit func(room string, path []string)

	visit = func(room string, path []string) {
		if start := slices.Index(path, room); start >= 0 {
			circle := append(slices.Clone(path[start:]), room)
			for i, from := range circle[:len(circle)-1] {
				t.Errorf("the rooms %s import each other: %s", strings.Join(circle, " → "), imports[from][circle[i+1]])
			}

			return
		}

		if done[room] {
			return
		}

		for _, imported := range slices.Sorted(maps.Keys(imports[room])) {
			visit(imported, append(slices.Clone(path), room))
		}

		done[room] = true
	}

	for _, room := range slices.Sorted(maps.Keys(imports)) {
		visit(room, nil)
	}
}

// A room that grows past a fifth of the house is to be divided. client is generated.
func TestRooms_NoneIsMoreThanAFifthOfTheHouse(t *testing.T) {
	t.Parallel()

	const mostPercent = 20

	lines, total := map[string]int{}, 0

	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (entry.Name() == "node_modules" || entry.Name() == "testdata" || entry.Name() == ".git"):
			return filepath.SkipDir
		case !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go"):
			return nil
		}

		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}

		relative, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}

		room, _, _ := strings.Cut(filepath.ToSlash(relative), "/")
		count := strings.Count(string(content), "\n")
		lines[room] += count
		total += count

		return nil
	})
	require.NoError(t, err)

	var table strings.Builder

	for _, room := range slices.SortedFunc(maps.Keys(lines), func(a, b string) int { return lines[b] - lines[a] }) {
		fmt.Fprintf(&table, "%-12s %6d %5.1f %%\n", room, lines[room], 100*float64(lines[room])/float64(total))
	}

	for room, count := range lines {
		if room != "client" && count*100 > total*mostPercent {
			t.Errorf("%s has more than %d %% of the lines of Go that are not tests:\n%s", room, mostPercent, table.String())
		}
	}
}
