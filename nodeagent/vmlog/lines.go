package vmlog

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
)

// eachLine calls emit for every line of r, with the line's first MaxLineBytes and the number of bytes that were cut off. It keeps no more of a line
// in memory. The line is valid during the call only.
func eachLine(r io.Reader, emit func(line []byte, cut int64)) error {
	reader := bufio.NewReaderSize(r, MaxLineBytes)

	for {
		line, err := reader.ReadSlice('\n')
		if errors.Is(err, bufio.ErrBufferFull) {
			err = emitLongLine(reader, line, emit)
		} else if len(line) > 0 {
			emit(bytes.TrimRight(line, "\r\n"), 0)
		}

		switch {
		case errors.Is(err, io.EOF), errors.Is(err, os.ErrClosed):
			return nil
		case err != nil:
			return fmt.Errorf("read what the app wrote: %w", err)
		}
	}
}

// emitLongLine skips the rest of a line whose beginning fills the reader's buffer, and emits the beginning.
func emitLongLine(reader *bufio.Reader, start []byte, emit func(line []byte, cut int64)) error {
	kept := bytes.Clone(start)

	var cut int64

	for {
		rest, err := reader.ReadSlice('\n')
		cut += int64(len(bytes.TrimRight(rest, "\r\n")))

		if !errors.Is(err, bufio.ErrBufferFull) {
			emit(kept, cut)

			return err //nolint:wrapcheck // The caller looks for the end of the stream in it, and wraps all other errors.
		}
	}
}
