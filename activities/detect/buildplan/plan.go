package buildplan

// Frameworks, as they stand in Plan.Framework.
const (
	// FrameworkDockerfile stands for sources that bring their own Dockerfile.
	FrameworkDockerfile = "dockerfile"
	FrameworkNextJS     = "nextjs"
	FrameworkNuxt       = "nuxt"
	FrameworkRails      = "rails"
	FrameworkLaravel    = "laravel"
	// FrameworkNode is a server that a start script in package.json starts.
	FrameworkNode = "node"
	// FrameworkStatic is a site of files, as they are or as Vite builds them.
	FrameworkStatic = "static"
)

// Plan says how a source becomes an image. Detection makes it, the build follows it, and it is kept with the deployment as JSON.
type Plan struct {
	Framework string `json:"framework"`
	// Reason is a sentence for the user: what was found that led to this plan.
	Reason string `json:"reason"`
	// Versions of the framework and its runtime, by name; empty where the Dockerfile alone knows them.
	Versions map[string]string `json:"versions"`
	// Port is what the app gets as PORT and is probed on.
	Port int `json:"port"`
	// Dockerfile is the text of a generated Dockerfile, empty where the source has its own.
	Dockerfile string `json:"dockerfile"`
	// Dockerignore says what a generated Dockerfile does not get to see; empty where the source has a .dockerignore.
	Dockerignore string `json:"dockerignore,omitempty"`
	// DockerfilePath is where the source's own Dockerfile stands, relative to the root directory, with slashes.
	DockerfilePath string `json:"dockerfile_path"`
	// Target is the stage of the source's own Dockerfile that becomes the image; empty for the last one.
	Target string `json:"target,omitempty"`
	// PortIsDefault tells that nothing in the source says which port the app listens on. The image that it builds on may.
	PortIsDefault bool `json:"port_is_default,omitempty"`
	// Notes are sentences for the user: what the source asks for and does not get.
	Notes []string `json:"notes,omitempty"`
	// SourceLacks are sentences for the user: what the repository names and the source does not have. It is known before anything is detected.
	SourceLacks []string `json:"source_lacks,omitempty"`
	// Context is the directory that a generated Dockerfile is built in, relative to the top of the repository, with slashes: above the root
	// directory where that is part of a workspace. Empty means the root directory.
	Context string `json:"context,omitempty"`
	// Arguments are the environment variables that the Dockerfile gets as build arguments. They become part of the image.
	Arguments []string `json:"arguments,omitempty"`
	// Secrets are the environment variables that the Dockerfile mounts as secrets.
	Secrets []string `json:"secrets,omitempty"`
	// Missing is what to tell the user where the registry lacks an image that a generated Dockerfile starts from, by the image's reference.
	Missing map[string]string `json:"missing,omitempty"`
	// HealthPath is where the framework answers when it is well; empty where the plan does not know one.
	HealthPath string `json:"health_path,omitempty"`
	// ReleaseCommand is what the framework's users run before a new version takes over. It is a proposal: nothing runs it unless the
	// project says so.
	ReleaseCommand string `json:"release_command,omitempty"`
}
