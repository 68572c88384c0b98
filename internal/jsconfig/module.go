package jsconfig

import (
	"encoding/json"
	"path"
	"slices"
	"strings"

	"github.com/tdewolff/parse/v2/js"
)

// reader reads a configuration and the modules of the app that it imports.
type reader struct {
	files   Files
	options Options
	modules map[string]*module
	// steps is how many expressions may still be worked out.
	steps int
	// depth is how many functions are being called.
	depth int
	// doubt is how many conditions around what is being worked out are unknown.
	doubt int
}

// module is a file with what it exports.
type module struct {
	name    string
	top     *scope
	exports Value
	// readable says that the file was parsed. What another exports is unknown.
	readable bool
	imports  []string
	texts    []string
}

func (m *module) export(name string) Value {
	if !m.readable {
		return Value{}
	}

	found := m.exports.field(name)
	if found.kind == undefined && name == "default" && len(m.exports.fields.byName) == 0 {
		// Nothing was exported in a way that is understood.
		return Value{}
	}

	return found
}

func (m *module) noteImport(specifier string) {
	if !slices.Contains(m.imports, specifier) {
		m.imports = append(m.imports, specifier)
	}
}

// module reads the file of that name.
func (r *reader) module(name string) *module {
	if known := r.modules[name]; known != nil {
		return known
	}

	read := &module{name: name, exports: newObject()}
	if len(r.modules) >= maxModules {
		return read
	}

	r.modules[name] = read

	content, err := r.files(name)
	if err != nil {
		return read
	}

	if path.Ext(name) == ".json" {
		var decoded any
		if json.Unmarshal(content, &decoded) == nil {
			read.readable = true
			read.exports = fromJSON(decoded, 0)
			if read.exports.kind == object {
				read.exports.fields.byName["default"] = read.exports
			}
		}

		return read
	}

	read.texts = []string{string(content)}

	if parsed := parseModule(name, content); parsed != nil {
		read.readable, read.texts = true, textsOf(parsed)
		read.top = &scope{reader: r, module: read, variables: map[string]*Value{}}
		read.top.run(parsed.List)
	}

	return read
}

// resolve returns the file of the app that a module imports from; false for a package.
func (r *reader) resolve(from, specifier string) (string, bool) {
	if !strings.HasPrefix(specifier, ".") {
		return "", false
	}

	name := path.Join(path.Dir(from), specifier)
	candidates := []string{name}

	for _, extension := range append([]string{".json", ".tsx"}, extensions...) {
		candidates = append(candidates, name+extension, path.Join(name, "index"+extension), strings.TrimSuffix(name, path.Ext(name))+extension)
	}

	for _, candidate := range candidates {
		if _, err := r.files(candidate); err == nil {
			return candidate, true
		}
	}

	return "", false
}

// load is what a module exports under a name; the star stands for all.
func (r *reader) load(from *module, specifier, name string) Value {
	from.noteImport(specifier)

	file, ok := r.resolve(from.name, specifier)
	if !ok {
		return Value{kind: imported, module: strings.TrimPrefix(specifier, "node:"), text: name}
	}

	read := r.module(file)

	switch {
	case !read.readable:
		return Value{}
	case name == "*":
		return read.exports
	default:
		return read.export(name)
	}
}

// fromJSON is a value of JSON.
func fromJSON(decoded any, depth int) Value {
	if depth > maxCalls {
		return Value{}
	}

	switch decoded := decoded.(type) {
	case string:
		return ofText(decoded)
	case bool:
		return ofBool(decoded)
	case nil:
		return Value{kind: null}
	case map[string]any:
		made := newObject()
		for name, value := range decoded {
			made.fields.byName[name] = fromJSON(value, depth+1)
		}

		return made
	default:
		return Value{}
	}
}

// importAll binds what an import names.
func (s *scope) importAll(statement *js.ImportStmt) {
	specifier := unquote(statement.Module)

	if statement.Default != nil {
		s.declare(string(statement.Default), s.reader.load(s.module, specifier, "default"))
	}

	for _, alias := range statement.List {
		if alias.Binding == nil {
			continue
		}

		name := string(alias.Binding)
		if alias.Name != nil {
			name = unquote(alias.Name)
		}

		s.declare(string(alias.Binding), s.reader.load(s.module, specifier, name))
	}

	if statement.Default == nil && len(statement.List) == 0 {
		s.module.noteImport(specifier)
	}
}

// exportAll notes what an export names.
func (s *scope) exportAll(statement *js.ExportStmt) {
	exports := s.module.exports.fields.byName

	switch declared := statement.Decl.(type) {
	case nil:
	case *js.VarDecl:
		s.declareAll(declared)

		for _, element := range declared.List {
			if variable, ok := element.Binding.(*js.Var); ok {
				exports[string(variable.Name())] = s.lookup(string(variable.Name()))
			}
		}
	case *js.FuncDecl:
		made := Value{kind: function, function: declared, scope: s}
		if declared.Name != nil {
			s.declare(string(declared.Name.Name()), made)

			if !statement.Default {
				exports[string(declared.Name.Name())] = made
			}
		}

		if statement.Default {
			exports["default"] = made
		}
	default:
		if statement.Default {
			exports["default"] = s.eval(declared)
		}
	}

	for _, alias := range statement.List {
		name := string(alias.Binding)
		if alias.Name != nil {
			name = string(alias.Name)
		}

		if statement.Module != nil {
			exports[string(alias.Binding)] = s.reader.load(s.module, unquote(statement.Module), name)
		} else {
			exports[string(alias.Binding)] = s.lookup(name)
		}
	}
}
