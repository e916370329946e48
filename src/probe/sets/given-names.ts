/**
 * A list of given names, to count whose names stand in a set: those of the shipped sets and common English ones. It is small and
 * knows nothing about anybody; a count from it stands beside the number of names that it holds. Names that are words as
 * well (Grace, Ivy, Mark, Will) are left out.
 */

const WOMEN = `
Adaeze Agnes Agnieszka Aigerim Aino Alice Alma Amanda Amara Amina Amy Ana Andrea Angela Anita Ann Anna Anne Anneke Anneliese Antonia Astrid
Aurelia Barbara Bea Beatrice Beatriu Beatriz Bertha Bessie Bettina Betty Binta Birgit Bisi Bridget Bronwen Camille Carla Carol Caroline
Catalina Catherine Cecilia Celeste Celestine Charlotte Chiara Chloe Christina Claire Clara Consuelo Cora Cornelia Cynthia Danica Deborah
Delphine Diana Dilys Dolores Donna Doris Dorothy Dulce Edith Eileen Eleanor Elena Eliza Elizabeth Ella Ellen Elodie Elowen Elsie Emily Emma
Erika Esi Esther Eszter Ethel Eunike Eva Eve Evelyn Farida Fatima Fatou Fenella Filomena Fiona Florence Folake Frances Freya Gloria Graciela
Grainne Greta Gudrun Gulnara Gwen Gwendolen Halimat Hana Hanako Hanna Hannah Hanneke Harriet Helen Helena Henrietta Henriette Hilda Hortense
Ida Ifeoma Ikaika Ilse Ines Ingeborg Ingrid Irene Isabel Isabella Isolde Itzel Jadwiga Jane Janet Jean Jennifer Jenny Jessica Joan Joanna
Josephine Jovana Joyce Judith Julia Julie Kamala Kamilah Karen Kate Katherine Kathleen Katya Kealoha Keiko Kerensa Laura Lauren Leena Leila
Lena Leonie Leonora Liesel Linda Lisa Ljubica Lotte Louise Lucia Lucie Lucinda Lucrezia Lucy Ludmila Ludovica Lydia Mabel Maeve Magda
Magdolna Maire Mara Margaret Margit Marguerite Maria Marie Marina Marion Marisol Marit Marta Martha Mary Matilda Maud Mei Melissa Mia
Michelle Milagros Mina Mireille Molly Monica Nadia Nadine Nancy Naomi Natalie Nawal Ndidi Nell Ngozi Nina Nirmala Noelle Nomvula Nora Odile
Oksana Olga Olivia Ottilie Ottoline Oyun Padma Pamela Patricia Paula Perpetua Petra Philippa Philomena Phoebe Pilar Polly Priya Priyanka
Rachel Ragna Ragnhild Rebecca Remedios Rhoda Rita Rosa Rosalind Rosie Roxana Ruth Sally Samantha Sandra Sara Sarah Selma Shanthi Sharon
Shirley Signe Sigrid Silvia Simone Siobhan Sofia Solange Solveig Sonia Sophia Sophie Stella Stephanie Sunniva Susan Sylvia Tamara Tanya
Teodora Teresa Thandi Thandiwe Thelma Theresa Tina Tomoe Tuulikki Ulrike Ursula Ursuline Valentina Valerie Vera Veronica Victoria Viola
Virginia Vivian Wanda Wanjiru Wendy Wilhelmina Willa Williamina Winifred Ximena Xiulan Yara Yevgenia Yolanda Yvonne Zainab Zanele Zelda Zoe
Zofia Zsofia`;

const MEN = `
Abebe Abel Adam Adeyemi Adrian Ahmed Alan Albert Aldous Aled Alexander Alfred Ali Andre Andrew Anselm Anthony Anton Antonio Arjun Arnold
Arthur Augustin Bakari Baltasar Baptiste Baraka Batbayar Batu Ben Benjamin Benoit Bernard Bertil Bertrand Bob Bogdan Boris Bram Branko Brian
Bruno Carl Carlos Casimir Cassius Cecil Chandran Charles Chidi Christopher Ciaran Claude Conrad Cormac Cornelis Cornelius Cuthbert Daniel
David Davit Declan Demetrios Dennis Derek Deshawn Diego Dieter Digby Dmitri Dominic Donald Dougal Douglas Dov Dragan Duncan Dusan Edgar
Edmund Eduardo Edward Edwin Eetu Emeka Emil Emre Enrique Eric Ernest Esteban Evan Evaristo Farrukh Felix Fergus Fernando Finn Francis Fred
Frederick Gareth Garrick Gaspard Gavin Geoffrey George Gerald Gideon Gilbert Giovanni Goran Gordon Gottfried Graham Gregory Gustav Hamid
Hamish Hamza Harold Harry Haruto Hassan Hector Henrik Henry Herbert Howard Hrolf Hugh Hugo Ian Ibrahim Idris Igor Ilya Imran Iqbal Isaac
Ivan Ivor Jack Jacob Jakob James Jaroslav Jason Jasper Jerome Jim Joachim Joao Joaquin Joe Johan Johann John Jonah Jonas Jonathan Joonas
Jorge Jose Josef Joseph Joshua Jozef Juan Julian Karl Keith Kenji Kenneth Kevin Klaus Kofi Konrad Kunle Kurt Kwabena Kwame Lars Laszlo
Laurent Lawrence Lazare Leo Leon Leonard Leonid Leopold Levan Liam Lionel Lorcan Lorenzo Louis Lucas Lucian Ludo Luis Luke Magnus Makoa
Malcolm Malik Manuel Marcel Marco Marcus Mario Martin Mateo Matteo Matthew Maurice Max Michael Miguel Mihai Milan Milo Minh Mohammed Moses
Narek Nathan Nathaniel Neil Nicholas Nigel Nikhil Nikolai Nikos Norbert Norman Obadiah Okello Oliver Olumide Omar Oriol Orlando Oscar Osric
Oswald Oswaldo Ottavio Otto Owen Pablo Padraig Pascal Patrick Paul Pavel Pedro Peregrine Petar Peter Philip Pierre Piet Radomir Rafael Rafi
Rafiq Ralph Ramon Raoul Rashid Ravi Ravindra Raymond Reginald Reuben Richard Robert Rodrigo Roger Rohan Roland Roman Ronald Rory Rudolf
Ruedi Rupert Ruprecht Ruslan Salvatore Sami Samuel Saul Sean Sebastian Sergei Silas Silvio Simon Siosaia Sipho Stanley Stefan Stephen Steven
Stuart Suresh Sven Tariq Temur Tenzin Teo Teodor Terence Tevita Thaddeus Theo Theodore Thomas Tiago Tim Timothy Tobias Tobin Tom Tomas
Tomasz Tony Ulrich Umberto Vasco Victor Vikram Viktor Vincent Vladimir Walter Wendell Wilfred William Xavier Yuri Yusuf Zachary Zdenek`;

/** Whose a name mostly is. */
export type NameKind = 'woman' | 'man';

const KINDS = new Map<string, NameKind>([
  ...listed(WOMEN).map((name) => [name, 'woman'] as const),
  ...listed(MEN).map((name) => [name, 'man'] as const),
]);

/** How many names the list holds. */
export const LISTED_NAMES = KINDS.size;

/** The names of the list that stand in a text, each once; marks on letters do not count. */
export function namesIn(text: string): Map<string, NameKind> {
  const found = new Map<string, NameKind>();
  for (const word of plain(text).match(/(?<!\p{L})\p{Lu}\p{Ll}+(?!\p{L})/gu) ?? []) {
    const kind = KINDS.get(word);
    if (kind !== undefined) found.set(word, kind);
  }
  return found;
}

function listed(names: string): string[] {
  return names.split(/\s+/).filter((name) => name !== '');
}

function plain(text: string): string {
  return text.normalize('NFD').replaceAll(/\p{M}/gu, '');
}
