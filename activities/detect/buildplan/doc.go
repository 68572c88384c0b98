// Package buildplan holds what detection decides, the plan of a build, and what every framework makes one from: the settings of the project, the table
// of base images, and the pieces that generated Dockerfiles have in common.
package buildplan
