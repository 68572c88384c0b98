package api

import (
	"time"

	"github.com/google/uuid"
)

// environmentProduction is the slug and the kind of each project's own environment, whose id is the project's.
const environmentProduction = "production"

// Environment is where deployments of a project go: its production, or the preview of another branch or of a pull request.
//
//nolint:lll // One field a line, with its documentation.
type Environment struct {
	ID               uuid.UUID  `doc:"Production's is the project's."                                                json:"id"`
	ProjectID        uuid.UUID  `json:"project_id"`
	Kind             string     `enum:"production,preview"                                                            json:"kind"`
	Slug             string     `doc:"production, or what the branch or pull request of a preview is in its hostname; unique in the project." json:"slug"`
	Branch           string     `doc:"The branch that it deploys; of a pull request's preview refs/pull/NUMBER/head." json:"branch"`
	URL              string     `doc:"Where it answers, on its generated domain."                                     json:"url"`
	LiveDeploymentID *uuid.UUID `doc:"What answers there now."                                                        json:"live_deployment_id,omitempty"`
	PinnedBy         *uuid.UUID `doc:"The rollback that pins it, so that pushes wait; absent: none."                  json:"pinned_by,omitempty"`
	HeldDeploymentID *uuid.UUID `doc:"The newest push that waits because the environment is pinned."                  json:"held_deployment_id,omitempty"`
	ExpiresAt        *time.Time `doc:"When the preview is deleted, unless its branch is pushed to before; absent: never." json:"expires_at,omitempty"`
	CreatedAt        time.Time  `json:"created_at"`

	SleepAfterMinutes int        `doc:"After how many minutes without a request its VMs stop, until the next request starts others; 0: never." json:"sleep_after_minutes"`
	AsleepSince       *time.Time `doc:"Since when it sleeps; absent: it does not."                                               json:"asleep_since,omitempty"`
	WakeProblem       string     `doc:"Why its VMs could not be started when it was woken last, as a sentence; absent: they could." json:"wake_problem,omitempty"`

	SkewProtection bool `doc:"Whether hashed assets that the live deployment answers with 404 are asked for at the deployment before, while that is kept warm." json:"skew_protection"`

	PullRequest *PullRequest `doc:"The pull request that it is the preview of; absent: it is of a branch." json:"pull_request,omitempty"`
}

// PullRequest is one of GitHub's, as it was last seen.
//
//nolint:lll // One field a line, with its documentation.
type PullRequest struct {
	Number         int    `json:"number"`
	Title          string `doc:"As its author wrote it."                                                                              json:"title"`
	Author         string `doc:"The author's login."                                                                                  json:"author"`
	HeadBranch     string `doc:"The branch that it comes from, in whichever repository."                                              json:"head_branch"`
	IsFork         bool   `doc:"Whether it comes from another repository: it gets no variables, and each commit waits for an approval." json:"is_fork"`
	AwaitingCommit string `doc:"The commit that waits for an approval; absent: none."                                                 json:"awaiting_commit,omitempty"`
	ApprovedCommit string `doc:"The commit that was approved last."                                                                   json:"approved_commit,omitempty"`
	WaitingFor     string `doc:"What it waits for, as a sentence; absent: nothing."                                                   json:"waiting_for,omitempty"`
}

// ApproveEnvironmentInput approves a commit of a pull request from a fork.
//
//nolint:lll // One field a line, with its documentation.
type ApproveEnvironmentInput struct {
	EnvironmentPath
	IdempotencyInput

	Body struct {
		Commit string `doc:"The full hash of the commit that was looked at: awaiting_commit of the pull request." json:"commit" maxLength:"64" minLength:"40" pattern:"^[0-9a-f]+$" patternDescription:"hexadecimal digits"`
	}
}

// EnvironmentPath names one environment.
type EnvironmentPath struct {
	EnvironmentID uuid.UUID `path:"environment_id"`
}

// EnvironmentFilter is embedded by lists of what belongs to environments.
type EnvironmentFilter struct {
	EnvironmentID uuid.UUID `doc:"Only those of this environment." query:"environment_id"`
}

// ListEnvironmentsInput asks for the environments of one project.
type ListEnvironmentsInput struct {
	ProjectPath
	LongPageInput

	Slug   string `doc:"Only the one with this slug."   pattern:"^[^\\x00]*$" patternDescription:"text without NUL" query:"slug"`
	Branch string `doc:"Only the one of this branch."   maxLength:"255" pattern:"^[^\\x00]*$" patternDescription:"text without NUL" query:"branch"`
}

// CreateEnvironmentInput makes the preview of a branch.
type CreateEnvironmentInput struct {
	ProjectPath
	IdempotencyInput

	Body struct {
		Branch string `doc:"Any branch but the project's own." json:"branch" maxLength:"255" minLength:"1"`
	}
}

// UpdateEnvironmentInput changes what it names.
//
//nolint:lll // One field a line, with its documentation.
type UpdateEnvironmentInput struct {
	EnvironmentPath

	Body struct {
		ExpiresAt *time.Time `doc:"When the preview is deleted; a push to its branch puts it off by the project's preview_days where that is later." json:"expires_at,omitempty"`

		SleepAfterMinutes *int `doc:"After how many minutes without a request its VMs stop, until the next request starts others; 0: never, which also wakes it." json:"sleep_after_minutes,omitempty" maximum:"720" minimum:"0"`

		SkewProtection *bool `doc:"Whether hashed assets that the live deployment answers with 404 are asked for at the deployment before, while that is kept warm." json:"skew_protection,omitempty"`
	}
}

// EnvironmentOutput is one environment.
type EnvironmentOutput struct{ Body Environment }
