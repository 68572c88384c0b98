package activities

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/moby/buildkit/solver/errdefs"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
)

// instructionBytes is how much of an instruction is quoted.
const instructionBytes = 200

// instruction is where in the Dockerfile a build failed; its line is 0 where that is not known.
type instruction struct {
	file string
	line int
	text string
}

// failure is how a build ended.
type failure struct {
	instruction

	// generated tells that the platform wrote the Dockerfile, so that its line numbers mean nothing to the user.
	generated bool
	// missing is what the plan says of the images of a generated Dockerfile.
	missing map[string]string
	// output are the last lines of what failed.
	output string
	// request is what was to be built.
	request BuildRequest
}

func newFailure(err error, request BuildRequest, output string) failure {
	return failure{
		instruction: failedInstruction(err), generated: request.Plan.Dockerfile != "", missing: request.Plan.Missing, output: output, request: request,
	}
}

// prefix says where in the user's Dockerfile it is.
func (f failure) prefix() string {
	if f.line == 0 || f.generated {
		return ""
	}

	return fmt.Sprintf("%s, line %d: ", f.file, f.line)
}

// runOptions are what a RUN instruction has before its command.
var runOptions = regexp.MustCompile(`^RUN (--\S+ )*`)

// command is the instruction as the user knows it: of a generated Dockerfile only what is run, without what collects the result.
func (f failure) command() string {
	if f.generated {
		command, _, _ := strings.Cut(runOptions.ReplaceAllString(f.text, ""), " && mkdir -p "+buildplan.OutputDirectory)

		return cutText(command, instructionBytes)
	}

	return cutText(f.text, instructionBytes)
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

	return strings.Join(words, " ")
}
