package activities

import (
	"fmt"
	"strings"

	"github.com/moby/buildkit/solver/errdefs"
)

// instruction is where in the Dockerfile a build failed; its line is 0 where that is not known.
type instruction struct {
	file string
	line int
	text string
}

func (i instruction) prefix() string {
	if i.line == 0 {
		return ""
	}

	return fmt.Sprintf("%s, line %d: ", i.file, i.line)
}

func failedInstruction(err error) instruction {
	for _, source := range errdefs.Sources(err) {
		if source.GetInfo() == nil || len(source.GetRanges()) == 0 {
			continue
		}

		first, last := source.GetRanges()[0].GetStart().GetLine(), source.GetRanges()[0].GetEnd().GetLine()
		for _, covered := range source.GetRanges() {
			first, last = min(first, covered.GetStart().GetLine()), max(last, covered.GetEnd().GetLine())
		}

		lines := strings.Split(string(source.GetInfo().GetData()), "\n")
		if first < 1 || int(first) > len(lines) {
			continue
		}

		return instruction{
			file: source.GetInfo().GetFilename(), line: int(first), text: oneLine(lines[first-1 : min(int(last), len(lines))]),
		}
	}

	return instruction{}
}

// oneLine joins the lines of an instruction, without what continues them.
func oneLine(lines []string) string {
	words := make([]string, 0, len(lines))
	for _, line := range lines {
		words = append(words, strings.Fields(strings.TrimSuffix(strings.TrimSpace(line), `\`))...)
	}

	return cutText(strings.Join(words, " "), instructionBytes)
}
