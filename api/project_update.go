package api

import (
	"strings"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
)

// apply returns the project after the update, and the names of the settings that the update holds.
func (u ProjectUpdate) apply(row database.Project) (after database.Project, changed []string) {
	changed = []string{}
	set(&row.Name, u.Name, "name", &changed)
	set(&row.RepositoryURL, u.RepositoryURL, "repository_url", &changed)
	set(&row.Branch, u.Branch, "branch", &changed)
	set(&row.RootDirectory, u.RootDirectory, "root_directory", &changed)
	set(&row.DockerfilePath, u.DockerfilePath, "dockerfile_path", &changed)
	set(&row.DockerfileTarget, u.DockerfileTarget, "dockerfile_target", &changed)
	set(&row.MemoryBytes, u.MemoryBytes, "memory_bytes", &changed)
	set(&row.AutoDeploy, u.AutoDeploy, "auto_deploy", &changed)
	set(&row.RecordRequests, u.RecordRequests, "record_requests", &changed)
	set(&row.Instances, narrow(u.Instances), "instances", &changed)
	set(&row.CPUMillis, narrow(u.CPUMillis), "cpu_millis", &changed)
	set(&row.PreviewDays, narrow(u.PreviewDays), "preview_days", &changed)

	if u.Previews != nil {
		row.Previews, row.PullRequestPreviews = previewColumns(*u.Previews)
		changed = append(changed, "previews")
	}

	if u.Port != nil {
		row.Port = portOf(*u.Port)
		changed = append(changed, "port")
	}

	if u.HealthPath != nil {
		row.HealthPath = lo.EmptyableToPtr(*u.HealthPath)
		changed = append(changed, "health_path")
	}

	if u.StartSeconds != nil {
		row.StartSeconds = secondsOf(*u.StartSeconds)
		changed = append(changed, "start_seconds")
	}

	if u.GraceSeconds != nil {
		row.GraceSeconds = secondsOf(*u.GraceSeconds)
		changed = append(changed, "grace_seconds")
	}

	if u.ReleaseCommand != nil {
		row.ReleaseCommand = releaseCommandOf(*u.ReleaseCommand)
		changed = append(changed, "release_command")
	}

	if u.Regions != nil {
		// placeInstances changes them, as it asks which there are.
		changed = append(changed, "regions")
	}

	if u.BuildVariables != nil {
		row.BuildVariables = lo.Uniq(u.BuildVariables)
		changed = append(changed, "build_variables")
	}

	if u.IgnoredPaths != nil {
		row.IgnoredPaths = lo.Uniq(u.IgnoredPaths)
		changed = append(changed, "ignored_paths")
	}

	return row, changed
}

func set[T any](field, value *T, name string, changed *[]string) {
	if value != nil {
		*field = *value
		*changed = append(*changed, name)
	}
}

// narrow converts a number whose range the operation's schema bounds.
func narrow(value *int) *int32 {
	if value == nil {
		return nil
	}

	return new(int32(*value)) //nolint:gosec // See above.
}

// widen is the reverse of narrow.
func widen(value *int32) *int {
	if value == nil {
		return nil
	}

	return new(int(*value))
}

// releaseCommandOf returns the value of the release command's column, which is null for none.
func releaseCommandOf(command string) *string { return lo.EmptyableToPtr(strings.TrimSpace(command)) }

// portOf returns the value of the port's column, which is null where the Dockerfile decides.
func portOf(port int) *int32 { return lo.EmptyableToPtr(int32(port)) } //nolint:gosec // Bounded by the schema.

// secondsOf returns the value of the column of a time, which is null where the platform decides.
func secondsOf(seconds int) *int32 { return lo.EmptyableToPtr(int32(seconds)) } //nolint:gosec // Bounded by the schema.
