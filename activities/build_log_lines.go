package activities

import (
	"bytes"
	"fmt"
	"strings"
	"time"
)

// stderrDescriptor is how BuildKit numbers standard error.
const stderrDescriptor = 2

// CutNote begins what is added to a line that was cut. Whoever takes secrets out of lines must know that the text before
// it may end in the middle of one.
const CutNote = " … (cut, the line has "

// lineSplitter cuts a stream into lines and keeps no more of a line than will be shown.
type lineSplitter struct {
	emit func(line string, at time.Time)
	// kept is the beginning of the line that has not ended yet, length its real length.
	kept   []byte
	length int
}

func (s *lineSplitter) write(data []byte, at time.Time) {
	for len(data) > 0 {
		line, rest, ended := bytes.Cut(data, []byte{'\n'})

		if room := MaxLogLineBytes - len(s.kept); room > 0 {
			s.kept = append(s.kept, line[:min(room, len(line))]...)
		}

		s.length += len(line)

		if ended {
			s.end(at)
		}

		data = rest
	}
}

// flush emits a last line that has no newline.
func (s *lineSplitter) flush(at time.Time) {
	if s.length > 0 {
		s.end(at)
	}
}

func (s *lineSplitter) end(at time.Time) {
	line := logText(string(s.kept))
	if s.length > MaxLogLineBytes {
		line += fmt.Sprintf("%s%d bytes)", CutNote, s.length)
	}

	s.emit(line, at)
	s.kept, s.length = s.kept[:0], 0
}

// logText makes valid UTF-8 without NUL of a line. Of a line that was written over with carriage returns, as progress
// bars are, it keeps what stood there last.
func logText(line string) string {
	line = strings.TrimRight(line, "\r")
	if last := strings.LastIndexByte(line, '\r'); last >= 0 {
		line = line[last+1:]
	}

	return strings.ToValidUTF8(strings.ReplaceAll(line, "\x00", ""), "\uFFFD")
}
