package buildplan

// OutputDirectory is where generated Dockerfiles put together what their last stage takes, each kind of files in a directory of its own. COPY --from makes
// BuildKit look through all that stands beside the directory that it takes, and through the whole image where it is given patterns: both are slow.
const OutputDirectory = "/output"

// SiteDirectory is where generated Dockerfiles put a site of files.
const SiteDirectory = OutputDirectory + "/site"
