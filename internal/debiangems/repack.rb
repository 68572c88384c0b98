# Repackages installed gems, which Debian has spread over its own directories, as .gem files.
#
# ruby repack.rb OUTPUT NAME... writes the named gems and what they depend on into OUTPUT. Default gems come with Ruby and are left out.
require "fileutils"
require "rubygems/package"
require "tmpdir"

output, *names = ARGV
FileUtils.mkdir_p(output)

# Where Debian's packages put what a gem has in lib: the portable files, then those for this version and machine.
LIBRARIES = [RbConfig::CONFIG["vendordir"], RbConfig::CONFIG["vendorarchdir"]].freeze

# Programs that Debian's packages leave out, by gem: the same lines as upstream's.
PROGRAMS = { "bootsnap" => "#!/usr/bin/env ruby\nrequire \"bootsnap/cli\"\nexit Bootsnap::CLI.new(ARGV).run\n" }.freeze

def owner(file)
  IO.popen(["dpkg-query", "--search", file], &:read)[/\A[^:]+/] or abort "no package has #{file}"
end

def contents(package)
  IO.popen(["dpkg-query", "--listfiles", package], &:read).lines(chomp: true).select { |file| File.file?(file) }
end

# The path of an installed file inside of its gem; nil for what is no part of it.
def inside(file, spec)
  return file.delete_prefix(spec.full_gem_path + "/") if file.start_with?(spec.full_gem_path + "/")

  library = [*LIBRARIES, spec.extension_dir].find { |directory| file.start_with?(directory + "/") }
  "lib/" + file.delete_prefix(library + "/") if library
end

def add_program(copy, files, directory)
  copy.bindir = "exe"
  copy.executables = [copy.name]
  program = File.join(directory, "exe", copy.name)
  FileUtils.mkdir_p(File.dirname(program))
  File.write(program, PROGRAMS[copy.name], perm: 0o755)
  files << File.join("exe", copy.name)
end

def repack(spec, output)
  Dir.mktmpdir do |directory|
    files = contents(owner(spec.loaded_from)).filter_map do |file|
      name = inside(file, spec) or next
      target = File.join(directory, name)
      FileUtils.mkdir_p(File.dirname(target))
      FileUtils.cp(file, target)
      name
    end

    copy = spec.dup
    add_program(copy, files, directory) if PROGRAMS[spec.name]
    copy.files = files.sort
    copy.extra_rdoc_files = copy.test_files = []
    copy.extensions = [] # They are compiled already, for this version of Ruby.
    copy.require_paths = spec.raw_require_paths.select { |path| files.any? { |name| name.start_with?("#{path}/") } } | ["lib"]
    copy.date = Time.at(0).utc
    copy.executables = copy.executables.select { |name| files.include?(File.join(copy.bindir, name)) }

    Dir.chdir(directory) { Gem::Package.build(copy, true, false, File.join(output, copy.file_name)) }
  end
end

pending = names.map { |name| Gem::Dependency.new(name) }
done = {}

until pending.empty?
  spec = pending.shift.to_spec
  next if done[spec.name] || spec.default_gem?

  done[spec.name] = true
  repack(spec, output)
  pending.concat(spec.runtime_dependencies)
end
