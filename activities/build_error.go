package activities

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	gateway "github.com/moby/buildkit/frontend/gateway/pb"

	"github.com/zeitwork/zeitwork/activities/detect"
	"github.com/zeitwork/zeitwork/activities/detect/dockerfile"
	"github.com/zeitwork/zeitwork/internal/buildstop"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// killedExitCode is that of a process that was killed (128 + SIGKILL).
const killedExitCode = 137

// wasKilled finds the words of a shell or of a tool whose child the kernel has killed.
var wasKilled = regexp.MustCompile(`(?m)^Killed$|\bSIGKILL\b`)

// hasWindowsLines finds the complaints of env and of shells about a script whose lines end with a carriage return.
var hasWindowsLines = regexp.MustCompile(`\\r['’]?: (?:No such file or directory|command not found)|(?m)^['’]: No such file or directory` +
	`|\^M: bad interpreter|(?m)[Ii]llegal option -$`)

const windowsLinesAdvice = "A script that is run here has lines that end as on Windows (CRLF). " +
	"Save it with LF: a line `*.sh text eol=lf` in .gitattributes keeps it so."

// heapWasFull finds Node's last words.
var heapWasFull = regexp.MustCompile(`JavaScript heap out of memory`)

// unresolvedImage finds the image in BuildKit's words.
var unresolvedImage = regexp.MustCompile(`failed to resolve source metadata for (?:docker\.io/)?(?:library/)?(\S+?):(?:\s|$)`)

// buildComplaint is a kind of failure that the user mends, known by any of these words.
type buildComplaint struct {
	words    []string
	sentence string
}

func buildComplaints() []buildComplaint {
	return []buildComplaint{
		{[]string{"denied by policy", "not allowed by policy"}, dockerfile.RemoteAddAdvice},
		{[]string{"network.host is not allowed"}, "RUN --network=host is not available here. Remove the option."},
		{[]string{"security.insecure is not allowed"}, "RUN --security=insecure is not available here. Remove the option."},
		{[]string{"unset ssh forward key", "no SSH key"}, "RUN --mount=type=ssh is not available here. Remove the option."},
	}
}

// missingFile finds the file that COPY, ADD or a bind mount names.
var missingFile = regexp.MustCompile(`failed to calculate checksum of ref \S+: "(.+?)": not found`)

// missingSecret finds the name of a required secret that the project does not have.
var missingSecret = regexp.MustCompile(`secret (\S+): not found`)

// explain turns an error of BuildKit that the user can do something about into a sentence for the user.
func (b *Builder) explain(ctx context.Context, err error, failed failure) error {
	if ctx.Err() != nil {
		return fmt.Errorf("the build was ended: %w", context.Cause(ctx))
	}

	if problem.IsUsers(err) {
		return err // It was found in the finished image.
	}

	if exit, ok := errors.AsType[*gateway.ExitError](err); ok {
		return b.explainExit(err, exit.ExitCode, failed)
	}

	text := err.Error()

	if match := unresolvedImage.FindStringSubmatch(text); match != nil {
		return b.explainImage(err, match[1], failed)
	}

	if match := missingSecret.FindStringSubmatch(text); match != nil {
		return problem.Wrap(err, problem.Invalid, "%sthe project has no environment variable %s, which the build needs as a secret. Set it and deploy again.",
			failed.prefix(), match[1])
	}

	if match := missingFile.FindStringSubmatch(text); match != nil {
		return explainMissingFile(err, match[1], failed)
	}

	for _, complaint := range buildComplaints() {
		for _, words := range complaint.words {
			if strings.Contains(text, words) {
				return problem.Wrap(err, problem.Invalid, "%s%s", failed.prefix(), complaint.sentence)
			}
		}
	}

	return explainOthers(err, failed)
}

// explainMissingFile is for a file that COPY, ADD or a bind mount names.
func explainMissingFile(err error, name string, failed failure) error {
	// A generated Dockerfile copies what it has seen in the source, and what the build is to leave.
	if sentence, ok := detect.Explain("The build made no " + name + "."); ok && failed.generated {
		return problem.Wrap(err, problem.Invalid, "%s", sentence)
	}

	name = strings.TrimPrefix(name, "/")
	if failed.isIgnored(name) {
		return problem.Wrap(err, problem.Invalid, "%s%s stands in the root directory, and .dockerignore leaves it out of the build. "+
			"Except it there by a line !%s, or do not copy it.", failed.prefix(), name, name)
	}

	if dockerfile, ok := failed.atTop(name); ok {
		return problem.Wrap(err, problem.Invalid, "%sthere is no %s in the root directory %s, but one at the top of the repository, for which the Dockerfile "+
			"seems to be written. Set the project's root directory to the top, and its Dockerfile to %s.",
			failed.prefix(), name, failed.request.RootDirectory, dockerfile)
	}

	return problem.Wrap(err, problem.Invalid, "%sthere is no %s in the root directory, or in the stage that it is taken from. Correct the path.",
		failed.prefix(), name)
}

// explainOthers is for what has no words of its own here. Only what is known to be the platform's trouble is taken for it.
func explainOthers(err error, failed failure) error {
	text := err.Error()

	if sentence, ok := failed.explainFiles(text); ok {
		return problem.Wrap(err, problem.Invalid, "%s", sentence)
	}

	if saysDiskIsFull(text) {
		return problem.Wrap(err, problem.Unavailable, "The disk of the builder or of the image registry is full.")
	}

	if sentence, ok := storeTrouble(text); ok {
		return problem.Wrap(err, problem.Unavailable, "%s", sentence)
	}

	if isBuildkitTrouble(err) {
		return problem.Wrap(err, problem.Unavailable, "The builder or the image registry does not answer.")
	}

	// Users have no instruction of a generated Dockerfile to correct.
	if failed.line > 0 && !failed.generated {
		return problem.Wrap(err, problem.Invalid, "%s%s. Correct the instruction.", failed.prefix(), lastCause(text))
	}

	return problem.Wrap(err, problem.Invalid, "BuildKit cannot build this: %s. Correct the source; if it builds elsewhere, tell the operator of this platform.",
		lastCause(text))
}

func (b *Builder) explainExit(err error, exitCode uint32, failed failure) error {
	if limit, ok := buildstop.LimitIn(failed.output); ok {
		return problem.Wrap(err, problem.Invalid, "%s`%s` wrote more than %s to the disk, which is the most that one instruction may. Make it write less.",
			failed.prefix(), failed.command(), limit)
	}

	if buildstop.SaysNearlyFull(failed.output) {
		return problem.Wrap(err, problem.Unavailable, "The disk of the builder is nearly full.")
	}

	if heapWasFull.MatchString(failed.output) {
		return problem.Wrap(err, problem.Invalid, "%s%s", failed.prefix(), b.heapAdvice(failed.output))
	}

	if sentence, ok := detect.Explain(failed.output); ok {
		return problem.Wrap(err, problem.Invalid, "%s%s", failed.prefix(), sentence)
	}

	if hasWindowsLines.MatchString(failed.output) {
		return problem.Wrap(err, problem.Invalid, "%s%s", failed.prefix(), windowsLinesAdvice)
	}

	if exitCode == killedExitCode || wasKilled.MatchString(failed.output) || strings.Contains(err.Error(), "cannot allocate memory") {
		limit := ""
		if b.config.MemoryBytes > 0 {
			limit = " than " + bytesInWords(b.config.MemoryBytes)
		}

		return problem.Wrap(err, problem.Invalid,
			"%s`%s` was killed, most likely because it needed more memory%s. Make the build use less.", failed.prefix(), failed.command(), limit)
	}

	return problem.Wrap(err, problem.Invalid,
		"%s`%s` ended with exit code %d. The build log shows why.", failed.prefix(), failed.command(), exitCode)
}

// heapAdvice says how much more of the build's memory Node may take for its heap. What it leaves is for bundlers that are written in other languages.
// output are the last lines of the build.
func (b *Builder) heapAdvice(output string) string {
	const (
		part, parts = 3, 4
		unlimited   = int64(8) << 30
		mebibyte    = 1 << 20 // Node takes the size of its heap in them.
	)

	heap, limit := unlimited, ""
	if b.config.MemoryBytes > 0 {
		heap, limit = b.config.MemoryBytes/parts*part, fmt.Sprintf(", which by itself is half of the %s that a build may use", bytesInWords(b.config.MemoryBytes))
	}

	cause := fmt.Sprintf("Node's heap was full%s. Put NODE_OPTIONS=--max-old-space-size=%d before the command in the build script", limit, heap/mebibyte)

	// Package managers print the script that they run.
	if strings.Contains(output, "max-old-space-size") {
		cause = fmt.Sprintf("Node's heap was full, as large as the build script lets it be. Raise max-old-space-size there, to %d at most", heap/mebibyte)
	}

	return cause + ", or make the build need less: turn source maps and type checks off, or split it."
}

// isAbsentImage tells whether a registry does not have an image, or does not show it to everybody, or does not exist itself.
func isAbsentImage(err error) bool {
	return slices.ContainsFunc([]string{
		"not found", "authorization failed", "insufficient_scope", "pull access denied", "no match for platform", "401 Unauthorized", "403 Forbidden",
		"no such host",
	}, func(words string) bool { return strings.Contains(err.Error(), words) })
}

func (b *Builder) explainImage(err error, image string, failed failure) error {
	if strings.Contains(err.Error(), "denied by policy") {
		return problem.Wrap(err, problem.Invalid, "The image %s is the project's own, from which pull requests of forks cannot be built. "+
			"Name another image in FROM and COPY --from.", image)
	}

	if isAbsentImage(err) {
		return explainMissingImage(err, image, failed)
	}

	if address, ok := b.internalAddress(err.Error(), image); ok {
		return problem.Wrap(err, problem.Invalid, "%sthe image %s cannot be pulled: its registry leads to %s, an internal address, which builds do not reach. "+
			"Take an image from a registry that can be reached from the internet.", failed.prefix(), image, address)
	}

	return problem.Wrap(err, problem.Unavailable, "The image %s, which the app is built on, cannot be pulled.", image)
}

func explainMissingImage(err error, image string, failed failure) error {
	if !failed.generated {
		return problem.Wrap(err, problem.Invalid, "%sthe image %s does not exist or is not public. Correct its name.", failed.prefix(), image)
	}

	for reference, sentence := range failed.missing {
		if strings.TrimPrefix(strings.TrimPrefix(reference, "docker.io/"), "library/") == image {
			return problem.Wrap(err, problem.Invalid, "%s", sentence)
		}
	}

	return problem.Wrap(err, problem.Invalid,
		"The platform's table of base images names %s, which does not exist or is not public. Tell those who run the platform, or add a Dockerfile.", image)
}

// frame are the words in which clients and servers wrap an error of each other.
var frame = regexp.MustCompile(`^(?:failed to (?:solve|run Build function): |rpc error: code = \w+ desc = )+`)

// lastCause returns the innermost part of a wrapped error's words.
func lastCause(text string) string {
	text = frame.ReplaceAllString(text, "")

	return strings.TrimSuffix(cutText(strings.TrimSpace(text), instructionBytes), ".")
}
