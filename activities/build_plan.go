package activities

// FrameworkDockerfile is the framework of sources that bring their own Dockerfile.
const FrameworkDockerfile = "dockerfile"

// DefaultPort is the port that an app is told to listen on where neither the project nor the source names one.
const DefaultPort = 8080

// BuildPlan says how a source becomes an image. Detect makes it, Build follows it, and it is kept with the deployment
// as JSON.
type BuildPlan struct {
	Framework string `json:"framework"`
	// Reason is a sentence for the user: what was found that led to this plan.
	Reason string `json:"reason"`
	// Versions of the framework and its runtime, by name; empty where the Dockerfile alone knows them.
	Versions map[string]string `json:"versions"`
	// Port is what the app gets as PORT and is probed on.
	Port int `json:"port"`
	// Dockerfile is the text of a generated Dockerfile, empty where the source has its own.
	Dockerfile string `json:"dockerfile"`
	// DockerfilePath is where the source's own Dockerfile stands, relative to the root directory, with slashes.
	DockerfilePath string `json:"dockerfile_path"`
	// HealthPath is where the framework answers when it is well; empty where the plan does not know one.
	HealthPath string `json:"health_path,omitempty"`
}

// DetectSettings are what the project's owner has decided about the source.
type DetectSettings struct {
	// RootDirectory is where the app stands inside the repository; empty for the top.
	RootDirectory string
	// DockerfilePath is relative to the root directory; empty means Dockerfile.
	DockerfilePath string
	// Port is 0 where the project leaves it to the source.
	Port int
}
