// What is looked at, in the part of the address behind `#`: a link shows the same to another.

const read = () => new URLSearchParams(location.hash.slice(1));

export const state = (name) => read().get(name);

export function setState(changes) {
  const all = read();
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === "") all.delete(name);
    else all.set(name, value);
  }
  const text = all.toString();
  if (text === location.hash.slice(1)) return;
  history.replaceState(null, "", text ? `#${text}` : location.pathname);
  dispatchEvent(new Event("statechange"));
}

export const link = (changes) => {
  const all = read();
  for (const [name, value] of Object.entries(changes)) all.set(name, value);
  return `#${all}`;
};
