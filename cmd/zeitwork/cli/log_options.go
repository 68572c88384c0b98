package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/samber/lo"
	"github.com/spf13/cobra"
)

const (
	// defaultTail is how many lines of an app's log are shown where nothing else is asked for.
	defaultTail = 100
	// maxTail is the most that the API sends.
	maxTail = 5000
	// maxRequests is the most requests that the API begins with.
	maxRequests = 1000
	// wholeLog is the tail that begins with the oldest line.
	wholeLog = -1
)

// logOptions are the flags of `logs`.
type logOptions struct {
	follow, build  bool
	requests       bool
	status         string
	text, instance string
	sinceGiven     string
	tail           int64
	grep           *string
	level          string
	// levels are those that are asked for; none: all lines.
	levels []string
	since  *time.Time
}

func (o *logOptions) flags(command *cobra.Command) {
	flags := command.Flags()
	flags.BoolVarP(&o.follow, "follow", "f", false, "continue with new lines as they come")
	flags.BoolVar(&o.build, "build", false, "show the build's log (default: of the newest deployment)")
	flags.BoolVar(&o.requests, "requests", false, "show the requests that the app got")
	flags.StringVar(&o.status, "status", "", "only requests with this `status`, such as 404, or of a class, such as 5xx; with --requests")
	flags.Int64VarP(&o.tail, "tail", "n", defaultTail, "begin with the last lines, that many, at most 5000; -1: with the first")
	flags.StringVar(&o.sinceGiven, "since", "", "only lines since then: a duration such as 15m or 2d, or a time such as 2026-11-29T10:00:00Z")
	flags.StringVar(&o.text, "grep", "", "only lines with these words, in upper or in lower case; '-x' without one, '/x/' a regular expression")
	flags.StringVar(&o.level, "level", "", "only lines of this level or a graver one: "+strings.Join(logLevels(), ", "))
	flags.StringVar(&o.instance, "instance", "", "only lines of this instance, as the lines show it, or by its id")
}

// read checks the flags and completes them.
func (o *logOptions) read(command *cobra.Command) error {
	if o.tail < wholeLog || o.tail > maxTail {
		return UsageError(fmt.Errorf("--tail takes a number from 0 to %d, or -1 for the whole log", maxTail))
	}

	if err := o.checkRequests(); err != nil {
		return err
	}

	if o.build && o.instance != "" {
		return UsageError(errors.New("--instance is for the log of the app: a build has no instances"))
	}

	if err := o.readLevel(); err != nil {
		return err
	}

	if !command.Flags().Changed("tail") && (o.build || o.sinceGiven != "") {
		o.tail = wholeLog
	}

	if o.requests && o.tail == wholeLog {
		o.tail = maxRequests
	}

	o.grep = lo.EmptyableToPtr(o.text)

	if o.sinceGiven != "" {
		since, err := timeOf(o.sinceGiven, time.Now())
		if err != nil {
			return err
		}

		o.since = &since
	}

	return nil
}

// logLevels are the levels of lines, from the least grave on.
func logLevels() []string { return []string{"trace", "debug", "info", "warn", "error", "fatal"} }

// readLevel turns the level into those that are at least as grave.
func (o *logOptions) readLevel() error {
	if o.level == "" {
		return nil
	}

	if o.build {
		return UsageError(errors.New("--level is for the log of the app: the lines of a build have no levels"))
	}

	place := slices.Index(logLevels(), strings.ToLower(o.level))
	if place < 0 {
		return UsageError(fmt.Errorf("--level takes one of %s", strings.Join(logLevels(), ", ")))
	}

	o.levels = logLevels()[place:]

	return nil
}

// levelsAs has the levels in the type that a request wants; nil: all lines.
func levelsAs[T ~string](levels []string) *[]T {
	if len(levels) == 0 {
		return nil
	}

	return new(lo.Map(levels, func(level string, _ int) T { return T(level) }))
}

// checkRequests refuses flags that do not go together with --requests, or without it.
func (o *logOptions) checkRequests() error {
	switch {
	case o.requests && o.build:
		return UsageError(errors.New("--requests and --build show different things: give one of them"))
	case o.requests && o.tail > maxRequests:
		return UsageError(fmt.Errorf("--tail takes a number from 0 to %d with --requests", maxRequests))
	case !o.requests && o.status != "":
		return UsageError(errors.New("--status is for requests: give --requests, too"))
	default:
		return nil
	}
}

// timeOf reads a time, or how long before now it was.
func timeOf(text string, now time.Time) (time.Time, error) {
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at, nil
	}

	if days, isDays := strings.CutSuffix(text, "d"); isDays {
		if count, err := strconv.ParseUint(days, 10, 16); err == nil {
			return now.AddDate(0, 0, -int(count)), nil
		}
	}

	if ago, err := time.ParseDuration(text); err == nil && ago >= 0 {
		return now.Add(-ago), nil
	}

	return time.Time{}, UsageError(fmt.Errorf("%q is neither a duration such as 15m, 2h or 3d nor a time such as 2026-11-29T10:00:00Z", text))
}

// instanceName is how people see an instance: the end of its id, as the ids of instances that were started together begin alike.
func instanceName(vm uuid.UUID) string {
	const digits = 8

	text := vm.String()

	return text[len(text)-digits:]
}

// vm returns the instance that is asked for; nil: all. By its short name it is found among those of the deployments.
func (o *logOptions) vm(ctx context.Context, api *API, deployments ...uuid.UUID) (*uuid.UUID, error) {
	if o.instance == "" {
		return nil, nil //nolint:nilnil // See above.
	}

	if vm, err := uuid.Parse(o.instance); err == nil {
		return &vm, nil
	}

	var names []string

	for _, deployment := range deployments {
		found, err := checked(api.GetDeploymentWithResponse(ctx, deployment))
		if err != nil {
			return nil, err
		}

		for _, vm := range lo.FromPtr(found.JSON200.VMS) {
			if instanceName(vm.ID) == o.instance {
				return &vm.ID, nil
			}

			names = append(names, instanceName(vm.ID))
		}
	}

	if len(names) == 0 {
		return nil, UsageError(fmt.Errorf("there is no instance %q: nothing runs. The id of an older one is vm_id in `zeitwork logs --json`", o.instance))
	}

	return nil, UsageError(fmt.Errorf("there is no instance %q. There are %s; the id of an older one is vm_id in `zeitwork logs --json`",
		o.instance, strings.Join(names, ", ")))
}
