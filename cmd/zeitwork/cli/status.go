package cli

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/samber/lo"
	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/client"
)

// projectStatus is what status shows, in the shapes of the API.
type projectStatus struct {
	Project *client.Project    `json:"project"`
	Live    *client.Deployment `json:"live,omitempty"`
	// Newest is left out where it is the live one.
	Newest *client.Deployment `json:"newest,omitempty"`
}

func (a *app) statusCommand() *cobra.Command {
	return a.projectFlag(&cobra.Command{
		Use:   "status",
		Short: "What is live, what is under way, and whether it is well",
		Long: "What is live in production, what is under way, and whether it is well. zeitwork environments shows the previews.\n\n" +
			`With --json: {"project":…,"live":…,"newest":…} in the shapes of the API; live is absent before the first deployment is live, and` + "\n" +
			"newest where it is the live one.",
		Example: "  zeitwork status\n  zeitwork status -p shop --json",
		Args:    cobra.NoArgs,
		RunE:    a.run(a.status),
	})
}

func (a *app) status(ctx context.Context, api *API, _ []string) error {
	project, err := a.currentProject(ctx, api)
	if err != nil {
		return err
	}

	found := projectStatus{Project: project}

	if project.LiveDeploymentID != nil {
		live, err := checked(api.GetDeploymentWithResponse(ctx, *project.LiveDeploymentID))
		if err != nil {
			return err
		}

		found.Live = live.JSON200
	}

	for newest, err := range deployments(ctx, api, project, production(project)) {
		if err != nil {
			return err
		}

		if found.Live == nil || newest.ID != found.Live.ID {
			found.Newest = &newest
		}

		break
	}

	return a.print(found, func(w io.Writer) { printStatus(w, found) })
}

func printStatus(w io.Writer, s projectStatus) {
	t := newTable(w)
	t.row("Project", s.Project.Slug)
	t.row("URL", s.Project.URL)

	if s.Live == nil {
		t.row("Live", "nothing yet: `zeitwork deploy`")
	} else {
		t.row("Live", strings.TrimPrefix(summary(*s.Live), "live · "))

		if since := s.Project.Overview.AsleepSince; since != nil {
			t.row("Instances", asleepSince(*since, nil))
		} else {
			t.row("Instances", describeInstances(s.Project, s.Live))
		}

		if regions := value(s.Project.Regions); len(regions) > 0 {
			t.row("Regions", describeRegions(regions, s.Live))
		}
	}

	if s.Newest != nil {
		t.row("Newest", summary(*s.Newest))
	}

	if s.Project.PinnedBy != nil {
		t.row("Pinned", "by a rollback; pushes wait for `zeitwork unpin`")
	}

	if s.Project.PollError != nil {
		t.row("Problem", *s.Project.PollError)
	}

	t.flush()

	if s.Newest != nil && s.Newest.Error != nil {
		_, _ = fmt.Fprintf(w, "\n%s failed at %s: %s\n", shortCommit(value(s.Newest.CommitSHA)), s.Newest.Step, failureText(*s.Newest.Error))
	}
}

// describeInstances counts the VMs that serve, by their state.
func describeInstances(project *client.Project, live *client.Deployment) string {
	present := lo.Filter(value(live.VMS), func(vm client.VM, _ int) bool { return isInstance(vm) })
	states := lo.CountValuesBy(present, func(vm client.VM) string { return string(vm.State) })

	counted := lo.Map(slices.Sorted(maps.Keys(states)), func(state string, _ int) string { return fmt.Sprintf("%d %s", states[state], state) })
	if len(counted) == 0 {
		counted = []string{"none"}
	}

	text := strings.Join(counted, ", ")
	if int64(len(present)) != value(project.Instances) {
		text += fmt.Sprintf(", of %d", value(project.Instances))
	}

	if restarts := lo.SumBy(present, func(vm client.VM) int64 { return vm.Restarts }); restarts > 0 {
		text += fmt.Sprintf("; %d restarts", restarts)
	}

	return text
}

// describeRegions counts the healthy VMs of each region, those of regions among them that the project does not name any more.
func describeRegions(asked []client.RegionInstances, live *client.Deployment) string {
	healthy := lo.Filter(value(live.VMS), func(vm client.VM, _ int) bool { return isInstance(vm) && vm.State == "healthy" })
	count := lo.CountValuesBy(healthy, func(vm client.VM) string { return vm.Region })

	words := lo.Map(asked, func(share client.RegionInstances, _ int) string {
		return fmt.Sprintf("%d of %d healthy in %s", count[share.Region], share.Instances, share.Region)
	})

	names := lo.Map(asked, func(share client.RegionInstances, _ int) string { return share.Region })
	for _, other := range slices.Sorted(maps.Keys(lo.OmitByKeys(count, names))) {
		words = append(words, fmt.Sprintf("%d still in %s", count[other], other))
	}

	return strings.Join(words, ", ")
}

// isInstance tells whether a VM runs the app, or is to.
func isInstance(vm client.VM) bool {
	return string(vm.Kind) == "app" && !slices.Contains([]string{"removed", "stopping"}, string(vm.State))
}

// summary describes a deployment in one line.
func summary(d client.Deployment) string {
	parts := []string{stateOf(d)}

	if d.CommitSHA != nil {
		subject, _, _ := strings.Cut(value(d.CommitMessage), "\n")
		parts = append(parts, strings.TrimSpace(shortCommit(*d.CommitSHA)+" "+subject))
	}

	return strings.Join(append(parts, d.Branch, ago(d.CreatedAt)), " · ")
}
