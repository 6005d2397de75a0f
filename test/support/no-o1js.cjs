throw Error('a plain test must not load o1js: name the file *.circuit.test.ts, see jest.config.js');
