/**
 * Leave out of modules what nobody reaches: whole statements at their top, nothing inside.
 *
 * Packages that say `"sideEffects": false` do nothing when they are imported, so that a
 * function, class or constant which no other text names is of no use to a browser.
 */

/** @typedef {typeof import('typescript')} TypeScript */
/** @typedef {import('typescript').Statement} Statement */
/**
 * A module. own: a statement by each name it declares; foreign: file and name there, `*` for
 * all of it, by the own name; shown: own names by those under which others import them;
 * bare: what declares nothing and always stays.
 * @typedef {{ file: import('typescript').SourceFile, own: Map<string, Statement>,
 *   foreign: Map<string, [string, string]>, shown: Map<string, string>, bare: Statement[],
 *   used: Set<string> }} Module
 */

/**
 * @param {TypeScript} ts
 * @param {Map<string, string>} texts of modules, by path
 * @param {[string, string][]} asked paths, and names that are imported from them
 * @param {(path: string, name: string) => string} resolve the file of a module's import
 * @returns {Map<string, string>} of the modules that are reached
 */
export function keepReached(ts, texts, asked, resolve) {
  /** @type {Map<string, Module>} */
  const modules = new Map();
  const waiting = [...asked];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [path, shown] = next;
    const module = modules.get(path) ?? read(ts, path, String(texts.get(path)));
    const isNew = !modules.has(path);
    modules.set(path, module);
    const names = isNew ? module.bare.flatMap((each) => listNames(ts, each, module)) : [];
    for (const [from, name] of follow(ts, module, [...names, module.shown.get(shown) ?? shown])) {
      waiting.push([resolve(path, from), name]);
    }
  }
  return new Map([...modules].map(([path, module]) => [path, write(ts, module)]));
}

/**
 * @param {TypeScript} ts
 * @param {string} path
 * @param {string} text
 * @returns {Module}
 */
function read(ts, path, text) {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.ESNext, true);
  /** @type {Module} */
  const module = {
    file, own: new Map(), foreign: new Map(), shown: new Map(), bare: [], used: new Set(),
  };
  for (const each of file.statements) {
    if (ts.isImportDeclaration(each)) {
      const from = nameFile(each);
      const bound = each.importClause?.namedBindings;
      if (bound === undefined) throw new Error(`${path} imports what is not named`);
      if (ts.isNamespaceImport(bound)) module.foreign.set(bound.name.text, [from, '*']);
      else for (const { name, propertyName } of bound.elements) module.foreign.set(name.text, [from, (propertyName ?? name).text]);
    } else if (ts.isExportDeclaration(each)) {
      for (const { name, propertyName } of /** @type {import('typescript').NamedExports} */ (each.exportClause).elements) {
        if (each.moduleSpecifier) module.foreign.set(name.text, [nameFile(each), (propertyName ?? name).text]);
        else module.shown.set(name.text, (propertyName ?? name).text);
      }
    } else {
      const names = listDeclared(ts, each);
      for (const name of names) module.own.set(name, each);
      if (names.length === 0 && !ts.isExportAssignment(each)) module.bare.push(each);
    }
  }
  return module;
}

/** @param {import('typescript').ImportDeclaration | import('typescript').ExportDeclaration} statement */
function nameFile(statement) {
  return /** @type {import('typescript').StringLiteral} */ (statement.moduleSpecifier).text;
}

/**
 * @param {TypeScript} ts
 * @param {Statement} statement
 * @returns {string[]}
 */
function listDeclared(ts, statement) {
  if (ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)) {
    return [String(statement.name?.text)];
  }
  if (!ts.isVariableStatement(statement)) return [];
  /** @type {(name: import('typescript').BindingName) => string[]} */
  const spread = (name) => (ts.isIdentifier(name) ? [name.text] : name.elements.flatMap((each) => (
    ts.isOmittedExpression(each) ? [] : spread(each.name)
  )));
  return statement.declarationList.declarations.flatMap(({ name }) => spread(name));
}

/**
 * List the names of the module's top that a statement has; `space.name` for a namespace's.
 * @param {TypeScript} ts
 * @param {import('typescript').Node} node
 * @param {Module} module
 * @returns {string[]}
 */
function listNames(ts, node, module) {
  if (ts.isPropertyAccessExpression(node)) {
    const { expression, name } = node;
    const isSpace = ts.isIdentifier(expression) && module.foreign.get(expression.text)?.[1] === '*';
    return isSpace ? [`${expression.text}.${name.text}`] : listNames(ts, expression, module);
  }
  if (ts.isIdentifier(node)) {
    return module.own.has(node.text) || module.foreign.has(node.text) ? [node.text] : [];
  }
  /** @type {string[]} */
  const names = [];
  node.forEachChild((each) => { names.push(...listNames(ts, each, module)); });
  return names;
}

/**
 * Mark what names need, and theirs.
 * @param {TypeScript} ts
 * @param {Module} module
 * @param {string[]} names
 * @returns {[string, string][]} files of imports, and names there
 */
function follow(ts, module, names) {
  /** @type {[string, string][]} */
  const found = [];
  const waiting = [...names];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (module.used.has(name)) continue;
    module.used.add(name);
    const [space, inside] = name.split('.');
    const from = module.foreign.get(space);
    const statement = module.own.get(name);
    if (statement !== undefined) waiting.push(...listNames(ts, statement, module));
    else if (from === undefined) throw new Error(`${module.file.fileName} has no ${name}`);
    else if (inside === undefined && from[1] === '*') throw new Error(`${name} is used as a whole`);
    else {
      module.used.add(space);
      found.push([from[0], inside ?? from[1]]);
    }
  }
  return found;
}

/**
 * @param {TypeScript} ts
 * @param {Module} module
 */
function write(ts, { file, own, used, shown }) {
  const isUsed = (/** @type {{ name: { text: string }, propertyName?: { text: string } }} */ each) => (
    used.has(each.name.text) || used.has(shown.get(each.name.text) ?? '')
  );
  const declares = (/** @type {Statement} */ each) => [...own].filter(([, statement]) => statement === each).map(([name]) => name);
  return file.statements.map((each) => {
    const text = file.text.slice(each.pos, each.end);
    if (ts.isExportAssignment(each)) return '';
    const names = declares(each);
    if (names.length > 0) return names.some((name) => used.has(name)) ? text : '';
    const list = ts.isImportDeclaration(each) ? each.importClause?.namedBindings
      : ts.isExportDeclaration(each) ? each.exportClause : undefined;
    if (list === undefined) return text;
    if (ts.isNamespaceImport(list)) return used.has(list.name.text) ? text : '';
    const elements = /** @type {import('typescript').NamedImports} */ (list).elements.filter(isUsed);
    if (elements.length === 0) return '';
    const [before, after] = [file.text.slice(each.pos, list.pos), file.text.slice(list.end, each.end)];
    return `${before} { ${elements.map((one) => one.getText()).join(', ')} }${after}`;
  }).join('');
}
