package buildplan

// OutputDirectory is where generated Dockerfiles put together what their last stage takes, each kind in a directory of its own. BuildKit looks through
// all that stands beside what COPY takes from a stage, and through the whole image for patterns.
const OutputDirectory = "/output"

// SiteDirectory is where a site of files stands there.
const SiteDirectory = OutputDirectory + "/site"
