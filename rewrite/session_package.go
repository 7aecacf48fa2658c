package rewrite

import (
	"go/token"
	"slices"
	"strconv"

	"github.com/cellwrap/cellwrap/templates"
)

// chooseSession decides what the package of results that outlive their process is called.
func (p *planner) chooseSession() {
	path, name, shared := p.opts.Runtime+"/"+sessionPackage, sessionPackage, false
	for _, imp := range p.plan.imports {
		if imp.path == path && imp.Name != "_" && imp.Name != "." {
			name, shared = imp.localName(), true
		}
	}
	_, bound := p.binds(name)
	taken := bound || name == p.plan.name || p.named[name] != nil || !shared && p.packageDeclares(name)
	for _, imp := range p.plan.imports {
		taken = taken || imp.path != path && imp.localName() == name
	}
	if taken {
		name = p.spare(sessionPackage)
	}
	p.plan.session = name
}

// planSession imports package session where the output needs it. The runtime's own it may need
// only for that.
func (p *planner) planSession() *Error {
	if !p.opts.traits.sessions {
		return nil
	}
	if !p.needsRuntime() {
		p.plan.imports = slices.DeleteFunc(p.plan.imports, func(imp importSpec) bool {
			return imp.off < 0 && imp.path == p.opts.Runtime
		})
	}
	path := p.opts.Runtime + "/" + sessionPackage
	has := func(imp importSpec) bool { return imp.path == path && imp.localName() == p.plan.session }
	if p.plan.shape == cellFunc && !p.plan.display || slices.ContainsFunc(p.plan.imports, has) {
		return nil
	}
	imp := importSpec{path: path, off: -1, group: 1, Import: templates.Import{Path: strconv.Quote(path)}}
	if p.plan.session != sessionPackage {
		imp.Name = p.plan.session
	}
	p.plan.imports = append(p.plan.imports, imp)
	return nil
}

// needsRuntime reports whether the output uses the runtime's own package.
func (p *planner) needsRuntime() bool {
	if p.plan.co != "" || p.plan.deferred || p.uses(p.plan.runtime) || slices.ContainsFunc(p.free, func(id ident) bool { return id.name == p.plan.runtime }) {
		return true
	}
	return slices.ContainsFunc(slices.Concat(p.plan.edits, p.plan.inner), func(e edit) bool {
		return selectsFrom(e.text, p.plan.runtime)
	})
}

// selectsFrom reports whether Go text selects something from what is called name.
func selectsFrom(text, name string) bool {
	named, after := false, token.ILLEGAL // whether the last token is the name, and what it is after
	for t := newTokens([]byte(text)); t.next(); {
		if t.tok == token.PERIOD && named {
			return true
		}
		named = t.tok == token.IDENT && t.lit == name && after != token.PERIOD
		after = t.tok
	}
	return false
}
