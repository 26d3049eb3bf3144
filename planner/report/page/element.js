// Elements of a page. What they say is always a text node: nothing of the data is ever read as HTML.

function element(tag, className, content) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  for (const part of [].concat(content === undefined ? [] : content)) {
    if (part === null || part === undefined) continue;
    made.appendChild(part instanceof Node ? part : document.createTextNode(String(part)));
  }
  return made;
}
