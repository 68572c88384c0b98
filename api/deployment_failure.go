package api

import (
	"context"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/api/internal/logtext"
	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// Deployments fail with one text: sentences of which the last ones tell what to do, and behind them, where they tell more, the last lines of the app. This
// file takes the text apart, so that clients can show what the platform says and what the app wrote as two things.

const (
	// failureLines is how many lines of output an error has at most.
	failureLines = 20
	// failureLineBytes bounds each of them.
	failureLineBytes = 2000
)

var (
	// placeInFile begins a text about one line of a file.
	placeInFile = regexp.MustCompile(`^([^\s,]+), line (\d+): `)
	// sentenceEnd is between two sentences.
	sentenceEnd = regexp.MustCompile("[.!?] +[A-Z`]")
	// advice begins a sentence that tells what to do.
	advice = regexp.MustCompile(`^(Add|Approve|Ask|Begin|Bring|Build|Change|Choose|Commit|Correct|Delete|Deploy|Except|Give|Have|If|Install|Leave|Look|Lower|` +
		`Make|Merge|Move|Name|Push|Put|Raise|Redeploy|Remove|Rename|Replace|Roll|Run|Set|Shorten|Switch|Take|Tell|To|Try|Turn|Upgrade|Use|Write)\b`)
	// quoted is what a text says of commands.
	quoted = regexp.MustCompile("`[^`]*`")
	// fileName finds names of files that a repository may have.
	fileName = regexp.MustCompile(`(?:^|[\s"'(])((?:[\w.@-]+/)*(?:[\w.-]*Dockerfile[\w.-]*|Gemfile(?:\.lock)?|Procfile|\.dockerignore|\.gitmodules|bin/rails|` +
		`[\w.-]+\.(?:cjs|enc|go|js|json|key|lock|mjs|mts|php|py|rb|sh|toml|ts|txt|xml|yaml|yml)))\b`)
	// notFiles are names that fileName takes for files.
	notFiles = []string{"Next.js", "Node.js", "Nuxt.js", "Vue.js"}
)

// newDeploymentError takes the error of a deployment apart; nil where it has none.
func newDeploymentError(row database.Deployment) *DeploymentError {
	if row.ErrorMessage == nil {
		return nil
	}

	text, output, _ := strings.Cut(*row.ErrorMessage, "\n")
	text = strings.TrimSuffix(text, " Its last lines:")
	failure := &DeploymentError{Code: lo.FromPtr(row.ErrorCode), Message: text, Step: row.Step, Output: boundOutput(strings.Split(output, "\n"))}

	if place := placeInFile.FindStringSubmatch(text); place != nil {
		failure.File, text = place[1], upperFirst(text[len(place[0]):])
		failure.Line, _ = strconv.Atoi(place[2]) // Zero for a number that is too large.
	}

	failure.Summary, failure.Hint = splitAdvice(text)

	if failure.File == "" && failure.Code != string(problem.Internal) && failure.Code != string(problem.Unavailable) {
		failure.File = fileIn(text)
	}

	return failure
}

// splitAdvice splits sentences in front of the first one, but the very first, that tells what to do.
func splitAdvice(text string) (summary, hint string) {
	for _, end := range sentenceEnd.FindAllStringIndex(text, -1) {
		if rest := strings.TrimLeft(text[end[0]+1:], " "); advice.MatchString(rest) {
			return text[:end[0]+1], rest
		}
	}

	return text, ""
}

// fileIn returns the first file that a text names; "" for none.
func fileIn(text string) string {
	for _, found := range fileName.FindAllStringSubmatch(quoted.ReplaceAllString(text, ""), -1) {
		if !slices.Contains(notFiles, found[1]) {
			return found[1]
		}
	}

	return ""
}

// addOutput adds the last lines of the build to an error that does not have them.
func (s *service) addOutput(ctx context.Context, failure *DeploymentError, deployment database.Deployment) error {
	if failure == nil || len(failure.Output) > 0 || deployment.Step != "build" {
		return nil
	}

	lines, err := s.queries.ListBuildLogsBackwards(ctx, database.ListBuildLogsBackwardsParams{
		DeploymentID: deployment.ID, OrganisationID: organisationOf(ctx), BeforeID: math.MaxInt64, MaxRows: failureLines,
	})
	if err != nil {
		return err
	}

	slices.Reverse(lines)

	failure.Output = boundOutput(lo.FilterMap(lines, func(line database.BuildLog, _ int) (string, bool) { return line.Line, line.Stream != "system" }))

	return nil
}

// boundOutput returns the last lines as they are shown, each cut where it is too long.
func boundOutput(lines []string) []string {
	lines = lo.Filter(lines, func(line string, _ int) bool { return strings.TrimSpace(logtext.Plain(line)) != "" })

	return lo.Map(lines[max(len(lines)-failureLines, 0):], func(line string, _ int) string {
		return cutShown(strings.ToValidUTF8(logtext.Shown(line), ""))
	})
}

// cutShown cuts a line as it is shown where it is too long, and in front of a colour rather than within it.
func cutShown(line string) string {
	if len(line) <= failureLineBytes {
		return line
	}

	line = line[:failureLineBytes]
	if at := strings.LastIndexByte(line, '\x1b'); at >= 0 && !strings.Contains(line[at:], "m") {
		line = line[:at]
	}

	return strings.ToValidUTF8(line, "")
}

func upperFirst(text string) string {
	first, size := utf8.DecodeRuneInString(text)

	return string(unicode.ToUpper(first)) + text[size:]
}
