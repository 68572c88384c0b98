package buildplan

// Settings are what a project says about its source.
type Settings struct {
	// RootDirectory is where the app stands inside the repository; empty for the top.
	RootDirectory string
	// DockerfilePath is relative to the root directory; empty means Dockerfile.
	DockerfilePath string
	// DockerfileTarget is the stage of the Dockerfile that becomes the image; empty for the last one.
	DockerfileTarget string
	// Port is 0 where the project leaves it to the source.
	Port int
	// Variables are the names of the project's environment variables. Those that frameworks put into pages (NEXT_PUBLIC_…) become build
	// arguments. Nil means that the variables are not known, so that detection does not ask for missing ones; empty means that the project has none.
	Variables []string
	// BuildVariables are the names of the variables that the build gets as secrets.
	BuildVariables []string
	// BaseImages is the table to choose from; nil means DefaultBaseImages.
	BaseImages BaseImages
}
