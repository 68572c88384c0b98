package api

import (
	"time"

	"github.com/google/uuid"
)

// ProjectSettings are what a user may change of a project.
//
//nolint:lll // One field a line, with its documentation.
type ProjectSettings struct {
	Branch           string            `doc:"The branch whose pushes are deployed. Left out: the default branch of a repository on GitHub, else main."                                                              json:"branch,omitempty"          maxLength:"255" minLength:"1"`
	RootDirectory    string            `doc:"Where the app stands inside the repository; empty for the top."                                                          json:"root_directory,omitempty"  maxLength:"255"`
	DockerfilePath   string            `default:"Dockerfile" doc:"Relative to the root directory."                                                                    json:"dockerfile_path,omitempty" maxLength:"255"`
	DockerfileTarget string            `doc:"The stage of the Dockerfile that becomes the image, by its name or number. Left out: the last one."                       json:"dockerfile_target,omitempty" maxLength:"128" pattern:"^[A-Za-z0-9_.-]*$" patternDescription:"letters, digits, dots, dashes and underscores"`
	Port             int               `doc:"The port that the app listens on; it is also given to the app as PORT. Left out: the environment variable PORT, else EXPOSE of the Dockerfile, else 8080."    json:"port,omitempty"            maximum:"65535" minimum:"1"`
	HealthPath       string            `doc:"A path that answers 2xx or 3xx when the app is well. Left out: / with any status below 500."                             json:"health_path,omitempty"     maxLength:"255" pattern:"^/" patternDescription:"a path that begins with a slash"`
	StartSeconds     int               `doc:"How long the app may take from its start until it is healthy. Left out: as long as the platform gives every app." json:"start_seconds,omitempty"   maximum:"1800"  minimum:"1"`
	GraceSeconds     int               `doc:"How long the app may take to end its requests after SIGTERM. Left out: as long as the platform gives every app."   json:"grace_seconds,omitempty"   maximum:"300"   minimum:"1"`
	Instances        int               `default:"1"          doc:"How many VMs run the app, in all regions together. What is live follows a change. May be left out beside regions."                                 json:"instances,omitempty"       maximum:"100"   minimum:"1"`
	Regions          []RegionInstances `doc:"The regions where they run, and how many in each; get-regions has the names. Previews and release commands run in the first one. Left out: wherever there is room." json:"regions,omitempty" maxItems:"100" nullable:"false"`
	CPUMillis        int               `default:"1000"       doc:"Processor time of each VM, in thousandths of a core."                                               json:"cpu_millis,omitempty"      maximum:"64000" minimum:"50"`
	MemoryBytes      int64             `default:"536870912"  doc:"Memory of each VM."                                                                                 json:"memory_bytes,omitempty"    maximum:"274877906944" minimum:"33554432"`
	ReleaseCommand   string            `doc:"A shell command that each deployment runs once in its image, before anything of it serves; such as bin/rails db:prepare. It must end with exit code 0. Left out: none." json:"release_command,omitempty" maxLength:"1000"`
	BuildVariables   []string          `doc:"Names of the environment variables that the build command of a generated Dockerfile gets as secrets, and ARG of any other Dockerfile as values."                   json:"build_variables,omitempty" maxItems:"100" nullable:"false"`
	AutoDeploy       *bool             `default:"true"       doc:"Whether a push to the branch becomes a deployment. One whose newest commit says [skip deploy] in its message does not."                                                 json:"auto_deploy,omitempty"`
	IgnoredPaths     []string          `doc:"Patterns of paths: a push that changes no other files since the deployment before is not deployed. * stands for what is in one folder, ** for any folders: docs/**, **/*.md. For repositories that the GitHub App reaches." json:"ignored_paths,omitempty" maxItems:"100" nullable:"false"`
	RecordRequests   *bool             `default:"true"       doc:"Whether the requests to its deployments are kept for some days, for list-requests: method, host, path without its query, status, times. Paths may hold secrets: with false nothing is kept, and what is there is deleted." json:"record_requests,omitempty"`
	Previews         string            `default:"off"        doc:"off: the branch alone is deployed; branches: each other branch gets a preview with its next push, an environment of its own; pull_requests: each pull request does, while it is open." enum:"off,branches,pull_requests" json:"previews,omitempty"`
	PreviewDays      int               `default:"14"         doc:"How many days a preview stays behind the last push to its branch."                                  json:"preview_days,omitempty"    maximum:"365" minimum:"1"`
}

// RegionInstances is how many VMs run the app in a region.
//
//nolint:lll // One field a line, with its documentation.
type RegionInstances struct {
	Region    string `json:"region" maxLength:"63" pattern:"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$" patternDescription:"lower-case letters, digits and hyphens, with a letter or digit at both ends"`
	Instances int    `json:"instances" maximum:"100" minimum:"1"`
}

// Project is an app: where its source is and how it runs.
//
//nolint:lll // One field a line, with its documentation.
type Project struct {
	ID             uuid.UUID      `json:"id"`
	OrganisationID uuid.UUID      `json:"organisation_id"`
	Name           string         `json:"name"`
	Slug           string         `doc:"First label of the generated domain." json:"slug"`
	RepositoryURL  string         `json:"repository_url"`
	GitHub         *ProjectGitHub `doc:"The repository on GitHub that the platform's App reaches; absent where repository_url is fetched as it is." json:"github,omitempty"`
	ProjectSettings

	URL               string     `doc:"Where the app answers, on its generated domain."               json:"url"`
	LiveDeploymentID  *uuid.UUID `doc:"What answers there now."                                       json:"live_deployment_id,omitempty"`
	PinnedBy          *uuid.UUID `doc:"The rollback that pins it, so that pushes wait; absent: none."  json:"pinned_by,omitempty"`
	HeldDeploymentID  *uuid.UUID `doc:"The newest push that waits because the project is pinned."     json:"held_deployment_id,omitempty"`
	VariablesReadable bool       `doc:"Whether owners can read the values of its environment variables." json:"variables_readable"`
	PollError         string     `doc:"Why the repository could not be looked at the last time."      json:"poll_error,omitempty"`
	ReportError       string     `doc:"Why GitHub could not be told of a deployment the last time."   json:"report_error,omitempty"`
	CreatedAt         time.Time  `json:"created_at"`

	Overview ProjectOverview `doc:"How its production is." json:"overview"`
}

// ProjectPath names one project.
type ProjectPath struct {
	ProjectID uuid.UUID `path:"project_id"`
}

// DeleteProjectInput deletes a project.
type DeleteProjectInput struct {
	ProjectPath

	ForGood bool `doc:"Whether nothing is kept, so that it cannot be undone." query:"for_good"`
}

// ListProjectsInput asks for the projects that the caller may see.
//
//nolint:lll // One field a line, with its documentation.
type ListProjectsInput struct {
	PageInput

	OrganisationID uuid.UUID `doc:"Only this organisation's."  query:"organisation_id"`
	Slug           string    `doc:"Only the one with this slug." pattern:"^[^\\x00]*$" patternDescription:"text without NUL" query:"slug"`
	Search         string    `doc:"Words that all stand in a project's slug or name, in whatever case." maxLength:"200" pattern:"^[^\\x00]*$" patternDescription:"text without NUL" query:"search"`
}

// CreateProjectInput makes a project.
//
//nolint:lll // One field a line, with its documentation.
type CreateProjectInput struct {
	IdempotencyInput

	Body struct {
		OrganisationID     *uuid.UUID `doc:"May be left out by a member of one organisation only." json:"organisation_id,omitempty"`
		Name               string     `json:"name" maxLength:"100" minLength:"1" pattern:"^[^\\x00-\\x1f\\x7f-\\x9f]+$" patternDescription:"text of one line without control characters"`
		Slug               string     `doc:"Made from the name when left out." json:"slug,omitempty" maxLength:"40" pattern:"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$" patternDescription:"lower-case letters, digits and hyphens, with a letter or digit at both ends"`
		RepositoryURL      string     `doc:"Any git URL whose protocol the platform allows." example:"https://git.example.com/me/app.git" json:"repository_url,omitempty" maxLength:"2000"`
		GitHubRepositoryID int64      `doc:"GitHub's id of a repository that an account of the organisation has, in place of repository_url: list-github-repositories has them." json:"github_repository_id,omitempty" minimum:"1"`
		ProjectSettings
	}
}

// UpdateProjectInput changes the settings that it names.
type UpdateProjectInput struct {
	ProjectPath

	Body ProjectUpdate
}

// ProjectUpdate holds the settings to change; the others stay as they are.
//
//nolint:lll // One field a line, with its documentation.
type ProjectUpdate struct {
	Name               *string           `doc:"How people call it; its slug and its addresses stay." json:"name,omitempty" maxLength:"100" minLength:"1" pattern:"^[^\\x00-\\x1f\\x7f-\\x9f]+$" patternDescription:"text of one line without control characters"`
	RepositoryURL      *string           `doc:"Another one takes the place of a repository on GitHub." json:"repository_url,omitempty"  maxLength:"2000" minLength:"1"`
	GitHubRepositoryID *int64            `doc:"As in create-project. The branch stays as it is." json:"github_repository_id,omitempty" minimum:"1"`
	Branch             *string           `json:"branch,omitempty"          maxLength:"255"  minLength:"1"`
	RootDirectory      *string           `json:"root_directory,omitempty"  maxLength:"255"`
	DockerfilePath     *string           `json:"dockerfile_path,omitempty" maxLength:"255"`
	DockerfileTarget   *string           `doc:"Empty: the last one."                json:"dockerfile_target,omitempty" maxLength:"128" pattern:"^[A-Za-z0-9_.-]*$" patternDescription:"letters, digits, dots, dashes and underscores"`
	Port               *int              `doc:"0: as if it was left out." json:"port,omitempty" maximum:"65535" minimum:"0"`
	HealthPath         *string           `doc:"Empty: / with any status below 500."   json:"health_path,omitempty" maxLength:"255" pattern:"^(/.*)?$" patternDescription:"a path that begins with a slash, or nothing"`
	StartSeconds       *int              `doc:"0: as long as the platform gives every app." json:"start_seconds,omitempty" maximum:"1800" minimum:"0"`
	GraceSeconds       *int              `doc:"0: as long as the platform gives every app." json:"grace_seconds,omitempty" maximum:"300"  minimum:"0"`
	Instances          *int              `doc:"May be left out beside regions. Where the project names regions, another number needs them, too." json:"instances,omitempty" maximum:"100" minimum:"1"`
	Regions            []RegionInstances `doc:"The whole list; empty: wherever there is room." json:"regions,omitempty" maxItems:"100" nullable:"false"`
	CPUMillis          *int              `json:"cpu_millis,omitempty"      maximum:"64000" minimum:"50"`
	MemoryBytes        *int64            `json:"memory_bytes,omitempty"    maximum:"274877906944" minimum:"33554432"`
	ReleaseCommand     *string           `doc:"Empty: none."                          json:"release_command,omitempty" maxLength:"1000"`
	BuildVariables     []string          `doc:"The whole list; empty: none."         json:"build_variables,omitempty" maxItems:"100" nullable:"false"`
	AutoDeploy         *bool             `json:"auto_deploy,omitempty"`
	IgnoredPaths       []string          `doc:"The whole list; empty: none."         json:"ignored_paths,omitempty" maxItems:"100" nullable:"false"`
	RecordRequests     *bool             `doc:"With false the requests that are kept are deleted." json:"record_requests,omitempty"`
	Previews           *string           `doc:"With off the previews that are there stay until they are deleted or their time is over." enum:"off,branches,pull_requests" json:"previews,omitempty"`
	PreviewDays        *int              `doc:"Counts from the next push to a branch on." json:"preview_days,omitempty" maximum:"365" minimum:"1"`
}

// UnpinProjectOutput says what follows from unpinning a project.
type UnpinProjectOutput struct {
	Body struct {
		ResumedDeploymentID *uuid.UUID `doc:"The push that goes on; absent when none waited." json:"resumed_deployment_id,omitempty"`
	}
}

// ProjectEvent is something that happened to a project beside its deployments.
type ProjectEvent struct {
	ID           uuid.UUID  `json:"id"`
	Kind         string     `enum:"instances,replaced,pinned,unpinned,preview,skipped,repository,certificate" json:"kind"`
	Message      string     `doc:"What happened, as a sentence."                      json:"message"`
	DeploymentID *uuid.UUID `doc:"What it happened to; absent for the whole project." json:"deployment_id,omitempty"`
	CreatedAt    time.Time  `json:"created_at"`
}

// ListProjectEventsInput asks for the events of one project.
type ListProjectEventsInput struct {
	ProjectPath
	PageInput
}

// ProjectOutput is one project.
type ProjectOutput struct{ Body Project }

// EnvironmentVariable is a variable without its value.
//
//nolint:lll // One field a line, with its documentation.
type EnvironmentVariable struct {
	Name      string    `json:"name"`
	Scope     string    `doc:"The environments that get it. A value for production or for previews wins over one for all." enum:"all,production,preview" json:"scope"`
	UpdatedAt time.Time `json:"updated_at"`
	AtBuild   bool      `doc:"Whether builds may see it: it is public by its name, one of build_variables, or the build plan of what was deployed last names it. A change needs a build." json:"at_build"`
}

// EnvironmentVariablePath names one variable of a project.
//
//nolint:lll // One field a line, with its documentation.
type EnvironmentVariablePath struct {
	ProjectPath

	Name  string `maxLength:"255" path:"name" pattern:"^[A-Za-z_][A-Za-z0-9_]*$" patternDescription:"the name of an environment variable, such as DATABASE_URL: letters, digits and underscores, with no digit first"`
	Scope string `default:"all" doc:"The environments that the variable is for." enum:"all,production,preview" query:"scope"`
}

// ListEnvironmentVariablesInput asks for the variables of one project.
//
//nolint:lll // One field a line, with its documentation.
type ListEnvironmentVariablesInput struct {
	ProjectPath

	Cursor string `doc:"The next_cursor of the page before; left out: the first page." maxLength:"300" pattern:"^[A-Za-z_][A-Za-z0-9_]*(-[a-z]+)?$" patternDescription:"the next_cursor of a page, as it is" query:"cursor"`
	Limit  int    `default:"500" doc:"How many items at the most." maximum:"500" minimum:"1" query:"limit"`
	Scope  string `doc:"Only those with this scope." enum:"all,production,preview" query:"scope"`
}

// SetEnvironmentVariableInput writes one variable.
//
//nolint:lll // One field a line, with its documentation.
type SetEnvironmentVariableInput struct {
	EnvironmentVariablePath

	Body struct {
		Value string `doc:"Up to 64 KiB of UTF-8; newlines are kept, NUL is refused. All variables of a project together may have 1 MiB, names included." json:"value" maxLength:"65536" pattern:"^[^\\x00]*$" patternDescription:"text without NUL, which no environment variable can hold: encode it, for example as base64"`
	}
}

// EnvironmentVariableValueOutput is the value of one variable, which no cache may keep.
type EnvironmentVariableValueOutput struct {
	CacheControl string `header:"Cache-Control"`

	Body struct {
		Value string `json:"value"`
	}
}

// SetVariableAccessInput says whether owners can read the values of a project's variables.
type SetVariableAccessInput struct {
	ProjectPath

	Body struct {
		Readable bool `json:"readable"`
	}
}

// EnvironmentVariableOutput is one variable, without its value.
type EnvironmentVariableOutput struct{ Body EnvironmentVariable }
