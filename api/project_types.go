package api

import (
	"time"

	"github.com/google/uuid"
)

// ProjectSettings are what a user may change of a project.
//
//nolint:lll // One field a line, with its documentation.
type ProjectSettings struct {
	Branch           string   `default:"main"       doc:"The branch whose pushes are deployed."                                                              json:"branch,omitempty"          maxLength:"255" minLength:"1"`
	RootDirectory    string   `doc:"Where the app stands inside the repository; empty for the top."                                                          json:"root_directory,omitempty"  maxLength:"255"`
	DockerfilePath   string   `default:"Dockerfile" doc:"Relative to the root directory."                                                                    json:"dockerfile_path,omitempty" maxLength:"255"`
	DockerfileTarget string   `doc:"The stage of the Dockerfile that becomes the image, by its name or number. Left out: the last one."                       json:"dockerfile_target,omitempty" maxLength:"128" pattern:"^[A-Za-z0-9_.-]*$"`
	Port             int      `doc:"The port that the app listens on; it is also given to the app as PORT. Left out: EXPOSE of the Dockerfile, else 8080."    json:"port,omitempty"            maximum:"65535" minimum:"1"`
	HealthPath       string   `doc:"A path that answers 2xx or 3xx when the app is well. Left out: / with any status below 500."                             json:"health_path,omitempty"     maxLength:"255" pattern:"^/"`
	Instances        int      `default:"1"          doc:"How many VMs run the app. What is live follows a change."                                                                          json:"instances,omitempty"       maximum:"100"   minimum:"1"`
	CPUMillis        int      `default:"1000"       doc:"Processor time of each VM, in thousandths of a core."                                               json:"cpu_millis,omitempty"      maximum:"64000" minimum:"50"`
	MemoryBytes      int64    `default:"536870912"  doc:"Memory of each VM."                                                                                 json:"memory_bytes,omitempty"    maximum:"274877906944" minimum:"33554432"`
	ReleaseCommand   string   `doc:"A shell command that each deployment runs once in its image, before anything of it serves; such as bin/rails db:prepare. It must end with exit code 0. Left out: none." json:"release_command,omitempty" maxLength:"1000"`
	BuildVariables   []string `doc:"Names of the environment variables that the build command of a generated Dockerfile gets as secrets, and ARG of any other Dockerfile as values."                   json:"build_variables,omitempty" maxItems:"100" nullable:"false"`
	AutoDeploy       *bool    `default:"true"       doc:"Whether a push to the branch becomes a deployment."                                                 json:"auto_deploy,omitempty"`
}

// Project is an app: where its source is and how it runs.
type Project struct {
	ID             uuid.UUID `json:"id"`
	OrganisationID uuid.UUID `json:"organisation_id"`
	Name           string    `json:"name"`
	Slug           string    `doc:"First label of the generated domain." json:"slug"`
	RepositoryURL  string    `json:"repository_url"`
	ProjectSettings

	URL              string     `doc:"Where the app answers, on its generated domain."               json:"url"`
	LiveDeploymentID *uuid.UUID `doc:"What answers there now."                                       json:"live_deployment_id,omitempty"`
	PinnedBy         *uuid.UUID `doc:"The rollback that pins it, so that pushes wait; absent: none."  json:"pinned_by,omitempty"`
	HeldDeploymentID *uuid.UUID `doc:"The newest push that waits because the project is pinned."     json:"held_deployment_id,omitempty"`
	PollError        string     `doc:"Why the repository could not be looked at the last time."      json:"poll_error,omitempty"`
	CreatedAt        time.Time  `json:"created_at"`
}

// ProjectPath names one project.
type ProjectPath struct {
	ProjectID uuid.UUID `path:"project_id"`
}

// ListProjectsInput asks for the projects that the caller may see.
type ListProjectsInput struct {
	PageInput

	OrganisationID uuid.UUID `doc:"Only this organisation's."  query:"organisation_id"`
	Slug           string    `doc:"Only the one with this slug." query:"slug"`
}

// CreateProjectInput makes a project.
//
//nolint:lll // One field a line, with its documentation.
type CreateProjectInput struct {
	IdempotencyInput

	Body struct {
		OrganisationID *uuid.UUID `doc:"May be left out by a member of one organisation only." json:"organisation_id,omitempty"`
		Name           string     `json:"name" maxLength:"100" minLength:"1"`
		Slug           string     `doc:"Made from the name when left out." json:"slug,omitempty" maxLength:"40" pattern:"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$"`
		RepositoryURL  string     `doc:"Any git URL whose protocol the platform allows." example:"https://git.example.com/me/app.git" json:"repository_url" maxLength:"2000" minLength:"1"`
		ProjectSettings
	}
}

// UpdateProjectInput changes the settings that it names.
type UpdateProjectInput struct {
	ProjectPath

	Body ProjectUpdate
}

// ProjectUpdate holds the settings to change; the others stay as they are.
type ProjectUpdate struct {
	RepositoryURL    *string  `json:"repository_url,omitempty"  maxLength:"2000" minLength:"1"`
	Branch           *string  `json:"branch,omitempty"          maxLength:"255"  minLength:"1"`
	RootDirectory    *string  `json:"root_directory,omitempty"  maxLength:"255"`
	DockerfilePath   *string  `json:"dockerfile_path,omitempty" maxLength:"255"`
	DockerfileTarget *string  `doc:"Empty: the last one."                json:"dockerfile_target,omitempty" maxLength:"128" pattern:"^[A-Za-z0-9_.-]*$"`
	Port             *int     `doc:"0: take it from the Dockerfile again." json:"port,omitempty" maximum:"65535" minimum:"0"`
	HealthPath       *string  `doc:"Empty: / with any status below 500."   json:"health_path,omitempty" maxLength:"255" pattern:"^(/.*)?$"`
	Instances        *int     `json:"instances,omitempty"       maximum:"100" minimum:"1"`
	CPUMillis        *int     `json:"cpu_millis,omitempty"      maximum:"64000" minimum:"50"`
	MemoryBytes      *int64   `json:"memory_bytes,omitempty"    maximum:"274877906944" minimum:"33554432"`
	ReleaseCommand   *string  `doc:"Empty: none."                          json:"release_command,omitempty" maxLength:"1000"`
	BuildVariables   []string `doc:"The whole list; empty: none."         json:"build_variables,omitempty" maxItems:"100" nullable:"false"`
	AutoDeploy       *bool    `json:"auto_deploy,omitempty"`
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
	Kind         string     `enum:"instances,replaced,pinned,unpinned"                json:"kind"`
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

// EnvironmentVariable is a variable without its value, which can be written and never read.
type EnvironmentVariable struct {
	Name      string    `json:"name"`
	UpdatedAt time.Time `json:"updated_at"`
}

// EnvironmentVariablePath names one variable of a project.
type EnvironmentVariablePath struct {
	ProjectPath

	Name string `maxLength:"255" path:"name" pattern:"^[A-Za-z_][A-Za-z0-9_]*$"`
}

// ListEnvironmentVariablesOutput are all variables of a project, by name.
type ListEnvironmentVariablesOutput struct {
	Body struct {
		Items []EnvironmentVariable `json:"items" nullable:"false"`
	}
}

// SetEnvironmentVariableInput writes one variable.
type SetEnvironmentVariableInput struct {
	EnvironmentVariablePath

	Body struct {
		Value string `doc:"Up to 64 KiB; newlines are kept, NUL is refused. The next deployment sees it." json:"value" maxLength:"65536"`
	}
}

// EnvironmentVariableOutput is one variable, without its value.
type EnvironmentVariableOutput struct{ Body EnvironmentVariable }

// Domain is a hostname that a project answers on.
type Domain struct {
	ID           uuid.UUID  `json:"id"`
	ProjectID    uuid.UUID  `json:"project_id"`
	Hostname     string     `json:"hostname"`
	Kind         string     `enum:"generated,custom"                   json:"kind"`
	DeploymentID *uuid.UUID `doc:"What answers on it; absent until the first deployment is live." json:"deployment_id,omitempty"`
	CreatedAt    time.Time  `json:"created_at"`
}

// ListDomainsOutput are all domains of a project.
type ListDomainsOutput struct {
	Body struct {
		Items []Domain `json:"items" nullable:"false"`
	}
}

// CreateDomainInput gives a project another hostname.
type CreateDomainInput struct {
	ProjectPath
	IdempotencyInput

	Body struct {
		Hostname string `example:"app.customer.com" json:"hostname" maxLength:"253" minLength:"1"`
	}
}

// DomainPath names one domain.
type DomainPath struct {
	DomainID uuid.UUID `path:"domain_id"`
}

// DomainOutput is one domain.
type DomainOutput struct{ Body Domain }
