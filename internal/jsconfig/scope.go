package jsconfig

import (
	"github.com/tdewolff/parse/v2/js"
)

// scope holds the variables of a module or of a function that is being called.
type scope struct {
	reader    *reader
	module    *module
	parent    *scope
	variables map[string]*Value
	// returned are the values that the function may have returned; ended says that it has returned for certain.
	returned []Value
	ended    bool
}

func (s *scope) inner() *scope {
	return &scope{reader: s.reader, module: s.module, parent: s, variables: map[string]*Value{}}
}

func (s *scope) declare(name string, value Value) { s.variables[name] = &value }

func (s *scope) find(name string) *Value {
	for around := s; around != nil; around = around.parent {
		if found := around.variables[name]; found != nil {
			return found
		}
	}

	return nil
}

func (s *scope) lookup(name string) Value {
	if found := s.find(name); found != nil {
		return *found
	}

	return s.global(name)
}

// run works through statements.
func (s *scope) run(statements []js.IStmt) {
	// Functions may be called before they stand there.
	for _, statement := range statements {
		if declared, ok := statement.(*js.FuncDecl); ok && declared.Name != nil {
			s.declare(string(declared.Name.Name()), Value{kind: function, function: declared, scope: s})
		}
	}

	for _, statement := range statements {
		if s.ended {
			return
		}

		s.statement(statement)
	}
}

// statement works through one statement.
//
//nolint:cyclop // It has a case for each kind of statement, and no more.
func (s *scope) statement(statement js.IStmt) {
	switch statement := statement.(type) {
	case *js.ImportStmt:
		s.importAll(statement)
	case *js.ExportStmt:
		s.exportAll(statement)
	case *js.VarDecl:
		s.declareAll(statement)
	case *js.ExprStmt:
		s.eval(statement.Value)
	case *js.BlockStmt:
		// A block's own variables are kept in the scope around it: that is enough for configurations.
		s.run(statement.List)
	case *js.IfStmt:
		s.condition(statement)
	case *js.ReturnStmt:
		value := Value{kind: undefined}
		if statement.Value != nil {
			value = s.eval(statement.Value)
		}

		s.returned = append(s.returned, value)
		s.ended = s.reader.doubt == 0
	case *js.TryStmt:
		s.maybe(statement.Body)

		if statement.Catch != nil {
			s.maybe(statement.Catch)
		}
	case *js.ForStmt:
		s.maybe(statement.Body)
	case *js.ForOfStmt:
		s.bindUnknown(statement.Init)
		s.maybe(statement.Body)
	case *js.ForInStmt:
		s.bindUnknown(statement.Init)
		s.maybe(statement.Body)
	case *js.WhileStmt:
		s.maybe(statement.Body)
	case *js.SwitchStmt:
		for _, clause := range statement.List {
			s.doubtful(func() { s.run(clause.List) })
		}
	}
}

// bindUnknown declares the variables of a loop.
func (s *scope) bindUnknown(init js.IExpr) {
	if declared, ok := init.(*js.VarDecl); ok {
		for _, element := range declared.List {
			s.bind(element.Binding, Value{})
		}
	}
}

func (s *scope) condition(statement *js.IfStmt) {
	truth, known := s.eval(statement.Cond).truth()

	switch {
	case !known:
		s.maybe(statement.Body)
		s.maybe(statement.Else)
	case truth:
		s.statement(statement.Body)
	case statement.Else != nil:
		s.statement(statement.Else)
	}
}

// maybe works through what may be done or not.
func (s *scope) maybe(statement js.IStmt) {
	if statement != nil {
		s.doubtful(func() { s.statement(statement) })
	}
}

// doubtful has assignments leave it open whether they were made.
func (s *scope) doubtful(do func()) {
	s.reader.doubt++
	do()
	s.reader.doubt--
}

func (s *scope) declareAll(declared *js.VarDecl) {
	for _, element := range declared.List {
		value := Value{kind: undefined}
		if element.Default != nil {
			value = s.eval(element.Default)
		}

		s.bind(element.Binding, value)
	}
}

// bind gives a value to the variables of a pattern.
func (s *scope) bind(binding js.IBinding, value Value) {
	switch binding := binding.(type) {
	case *js.Var:
		s.declare(string(binding.Name()), value)
	case *js.BindingObject:
		for _, item := range binding.List {
			name := ""
			if item.Key != nil {
				name = s.propertyName(*item.Key)
			} else if variable, ok := item.Value.Binding.(*js.Var); ok {
				name = string(variable.Name())
			}

			s.bind(item.Value.Binding, s.orDefault(s.member(value, name), item.Value.Default))
		}

		if binding.Rest != nil {
			s.declare(string(binding.Rest.Name()), Value{})
		}
	case *js.BindingArray:
		for i, element := range binding.List {
			item := Value{}
			if value.kind == array && i < len(value.items) {
				item = value.items[i]
			}

			s.bind(element.Binding, item)
		}
	}
}

// orDefault is the default of a pattern where there is no value.
func (s *scope) orDefault(value Value, other js.IExpr) Value {
	if other != nil && value.kind == undefined {
		return s.eval(other)
	}

	return value
}

// assign gives a value to a variable or to a part of an object.
func (s *scope) assign(target js.IExpr, value Value) {
	switch target := target.(type) {
	case *js.Var:
		if found := s.find(string(target.Name())); found != nil {
			*found = s.after(*found, value)
		}
	case *js.DotExpr:
		s.assignMember(target.X, nameOf(target.Y), value)
	case *js.IndexExpr:
		name, ok := s.eval(target.Y).Text()
		if !ok {
			if owner := s.eval(target.X); owner.kind == object {
				owner.fields.open = true
			}

			return
		}

		s.assignMember(target.X, name, value)
	case *js.GroupExpr:
		s.assign(target.X, value)
	}
}

func (s *scope) assignMember(target js.IExpr, name string, value Value) {
	if variable, ok := target.(*js.Var); ok && name == "exports" && string(variable.Name()) == "module" {
		s.module.exports = newObject()
		s.module.exports.fields.byName["default"] = value

		if value.kind == object {
			for field, inside := range value.fields.byName {
				if field != "default" {
					s.module.exports.fields.byName[field] = inside
				}
			}
		}

		return
	}

	if owner := s.eval(target); owner.kind == object {
		owner.fields.byName[name] = s.after(owner.field(name), value)
	}
}

// after is what a variable holds after an assignment.
func (s *scope) after(before, value Value) Value {
	if s.reader.doubt > 0 {
		return join(before, value)
	}

	return value
}
