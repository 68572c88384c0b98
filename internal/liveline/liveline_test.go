package liveline

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

func wide(columns int) Width { return func() int { return columns } }

func write(t *testing.T, line *Line, text string) {
	t.Helper()

	written, err := fmt.Fprintln(line, text)
	require.NoError(t, err)
	require.Equal(t, len(text)+1, written)
}

func TestLine_Set_ReplacesWhatItShowed(t *testing.T) {
	t.Parallel()

	var out bytes.Buffer

	line := New(&out, wide(80))
	line.Set("clone")
	line.Set("build")

	require.Equal(t, "\r\x1b[Kclone\r\x1b[Kbuild", out.String())
}

func TestLine_Write_StaysAboveTheLine(t *testing.T) {
	t.Parallel()

	var out bytes.Buffer

	line := New(&out, wide(80))
	write(t, line, "before")
	line.Set("build")
	write(t, line, "done")

	require.Equal(t, "before\n\r\x1b[Kbuild\r\x1b[Kdone\nbuild", out.String())
}

func TestLine_SetNothing_LeavesAClearLine(t *testing.T) {
	t.Parallel()

	var out bytes.Buffer

	line := New(&out, wide(80))
	line.Set("")
	require.Empty(t, out.String(), "a line that showed nothing is clear already")

	line.Set("build")
	line.Set("")
	write(t, line, "done")

	require.Equal(t, "\r\x1b[Kbuild\r\x1b[Kdone\n", out.String())
}

func TestLine_NarrowTerminal_CutsBeforeTheLastColumn(t *testing.T) {
	t.Parallel()

	for columns, shown := range map[int]string{0: "", 1: "", 5: "… bu", 8: "… build", 80: "… build"} {
		var out bytes.Buffer

		New(&out, wide(columns)).Set("… build")
		require.Equal(t, "\r\x1b[K"+shown, out.String(), "%d columns", columns)
	}
}

func TestLine_TerminalThatIsResized_IsAskedEachTime(t *testing.T) {
	t.Parallel()

	var out bytes.Buffer

	columns := 80
	line := New(&out, func() int { return columns })
	line.Set("build")

	columns = 4

	write(t, line, "done")
	require.Equal(t, "\r\x1b[Kbuild\r\x1b[Kdone\nbui", out.String())
}

func TestLine_ControlCharacters_CannotMoveTheCursor(t *testing.T) {
	t.Parallel()

	var out bytes.Buffer

	New(&out, wide(80)).Set("a\nb\tc\x1b[2Jd")
	require.Equal(t, "\r\x1b[Ka b c [2Jd", out.String())
}

func TestLine_WithoutATerminal_ShowsOnlyWhatStays(t *testing.T) {
	t.Parallel()

	var out bytes.Buffer

	line := New(&out, WidthOf(&out))
	line.Set("build")
	write(t, line, "done")

	require.False(t, line.Live())
	require.Equal(t, "done\n", out.String())
}

func TestWidthOf_File_IsNoTerminal(t *testing.T) {
	t.Parallel()

	file, err := os.Create(filepath.Join(t.TempDir(), "log"))
	require.NoError(t, err)

	defer func() { require.NoError(t, file.Close()) }()

	require.Nil(t, WidthOf(file))
}

func TestLine_ManyWriters_NeverMixTheirLines(t *testing.T) {
	t.Parallel()

	var (
		out   bytes.Buffer
		group sync.WaitGroup
	)

	line := New(&out, wide(80))

	for range 8 {
		group.Go(func() {
			for range 100 {
				line.Set("build")
				_, _ = fmt.Fprintln(line, "done")
			}
		})
	}

	group.Wait()
	line.Set("")

	for written := range strings.SplitSeq(out.String(), erase) {
		require.Contains(t, []string{"", "build", "done\nbuild"}, written)
	}
}
