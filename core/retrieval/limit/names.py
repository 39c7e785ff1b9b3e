"""Names of people in a LIMIT collection: a first name and a last name each."""

from __future__ import annotations

import random
import string

_FIRST = """
Aaron Abigail Ada Adam Adela Adrian Agnes Aida Alan Albert Alba Alexei Alfred Alice Alina Alma Alvin Amara
Amelia Amir Amos Ana Anders Andrea Angela Anita Anton April Ariel Arjun Arthur Astrid Aurora Axel Ayla
Barbara Basil Beatrice Ben Bernard Bettina Bianca Bjorn Blanca Boris Brenda Bruno Callum Camila Carl Carmen
Carol Casper Cecilia Cedric Celia Cesar Chiara Chloe Clara Claude Clement Colin Conrad Cora Cosima Cyril
Daisy Damian Dana Daniel Daphne Daria David Deborah Delia Denis Diana Diego Dimitri Dina Dora Dorian Douglas
Edgar Edith Edmund Edna Eduardo Eileen Elena Eli Elisa Ella Ellis Elmer Elsa Emeka Emil Emma Enid Enrico
Eric Erika Ernest Esther Ethan Eugene Eva Evelyn Ezra Fabian Farah Fatima Felix Fergus Fiona Flora Florian
Frances Franco Freya Frieda Gabriel Gareth Gemma Georg Gerda Gilbert Gina Giulia Gloria Gordon Greta Gustav
Hamid Hana Hannah Harold Harriet Hassan Hector Heidi Helena Henrik Hilda Holly Horace Hugo Ian Ibrahim Ida
Ignacio Igor Ilse Imogen Ines Ingrid Irene Iris Irma Isaac Isabel Ivan Ivy Jacob Jamila Jan Jasmin Jasper
Javier Jean Jenna Jeremy Joanna Joel Johan Jonas Jorge Josef Juan Judith Julia Julian June Kamal Karen Karim
Karl Kate Katya Kenji Kerstin Kira Klaus Konrad Kurt Lars Laura Layla Leah Leila Lena Leo Leona Leon Lidia
Lilian Linus Lionel Liv Livia Lola Lorenzo Lotte Louis Luca Lucia Ludwig Luisa Luther Lydia Mabel Maeve
Magnus Malik Manuel Mara Marcel Marco Margot Maria Marina Mario Marius Marta Martin Mary Matilda Matteo Maud
Maurice Max Maya Mei Melanie Mia Miguel Mila Milan Milo Mina Mira Miriam Mona Morgan Moritz Muriel Nadia
Naomi Natalia Nathan Nelly Nia Nicolas Nigel Nils Nina Noah Noor Nora Norman Octavia Odette Olaf Olga Oliver
Olivia Omar Ondine Orla Oscar Osman Otto Owen Pablo Paloma Patricia Paul Paula Pavel Pedro Percy Perla Petra
Philip Phoebe Pia Pierre Priya Quentin Rachel Rafael Rahul Ramona Rashid Raul Rebecca Regina Reza Ricardo
Rita Robert Rocio Rohan Roland Roman Rosa Roy Ruben Rufus Rupert Ruth Sabina Salma Samir Samuel Sara Saul
Selma Serena Sergei Sheila Sienna Silas Silvia Simon Sofia Solomon Sonia Stefan Stella Sven Sybil Tamara
Tariq Tessa Theo Thora Tilda Tobias Tomas Tristan Ulla Umberto Ursula Vadim Valerie Vera Victor Viola
Viktoria Vincent Violet Vivian Walter Wanda Wendy Wilma Winston Xavier Yara Yasmin Yoko Yolanda Yusuf Yvonne
Zachary Zelda Zeno Zoe
"""

_LAST = """
Abbott Abe Achebe Adler Aguilar Ahmed Albrecht Alcott Aldridge Allende Alvarez Amsel Anand Archer Arden
Arnold Ashby Atwood Aubert Bailey Baker Balogun Banerjee Barlow Barnes Baron Bauer Baxter Becker Bell
Benitez Bennett Berger Bernal Bianchi Birch Bishop Blackwood Blake Blanco Boateng Bolton Bondar Borg Bowen
Bradley Brandt Brennan Briggs Brook Browning Brunner Burke Byrne Cabrera Cameron Campos Cardoso Carey
Carlsson Carter Carver Castro Chandra Chen Chaudhry Clarke Clifford Cohen Cole Connolly Cooper Corbett
Cortez Costa Crane Croft Cruz Dahl Dalton Darby Das Davies Delgado Demir Diaz Dietrich Dixon Dolan Donovan
Draper Drummond Dubois Duarte Dunne Eastwood Eaton Ebert Edwards Egan Eliasson Ellery Emerson Engel Eriksen
Escobar Espinoza Evans Everett Faber Falk Farrell Faulkner Fernandez Ferrari Fischer Fleming Flores Forster
Fournier Fowler Franke Fraser Frost Fuchs Fujita Gallagher Garcia Gardner Garnier Gibson Gilmore Goldberg
Gomez Grant Greenwood Grieg Griffith Gruber Gupta Gutierrez Haas Hagen Hale Hamilton Hansen Harding Hardy
Hartmann Hassel Hawkins Hayes Heller Hendricks Hernandez Herzog Hewitt Hoffmann Holloway Holm Horvath Hughes
Huxley Ibsen Iglesias Ingram Ito Ivanov Iverson Jackson Jansen Jarvis Jensen Jimenez Johansson Jordan Joshi
Kapoor Kaplan Katz Keller Kelly Kendall Khan Kimura Kirchner Klein Knight Kobayashi Koch Kovacs Kowalski
Kramer Kristensen Kumar Lambert Lang Larsen Lawson Leblanc Lehmann Lennox Levine Lewis Lindgren Liu Lombardi
Lopez Lorenz Lowell Lucas Lund Lynch Macleod Maier Malone Mancini Marin Marlow Marshall Martinez Masters
Mayer McAllister Medina Mendoza Mercer Meyer Mitchell Moller Montes Moran Moreau Moreno Morrison Mukherjee
Munro Murray Nagy Nakamura Navarro Nelson Neumann Newton Nguyen Nielsen Nolan Norris Novak Nunez Nyberg
Oakley Obi Ochoa Okafor Olsen Onodera Ortega Osborne Oswald Otieno Pacheco Palmer Papadakis Park Parker
Patel Paulsen Pearce Peralta Perez Petrov Phillips Picard Pierce Pinto Popov Porter Powell Prescott Price
Quigley Quinn Raman Ramirez Rasmussen Reilly Reyes Richter Riley Rivera Roberts Rojas Romano Rosen Rossi
Rowe Ruiz Russo Ryan Sabatini Salazar Sanchez Sandberg Santos Sato Sawyer Schmidt Schneider Schubert Serrano
Shah Sharma Shaw Silva Singer Singh Skinner Sloan Soares Sokolov Sorensen Soto Spencer Stein Sterling
Stevens Stewart Stone Suarez Sullivan Suzuki Svensson Tanaka Taylor Thomsen Thornton Tierney Torres Tran
Turner Ueda Underwood Urban Valdez Vance Varga Vasquez Vega Vogel Wagner Walker Wallace Walsh Wang Watanabe
Weaver Weber Weiss Wells West Whitaker Wilde Winter Wolf Wong Wright Wu Xu Yamada Yates Yilmaz York Young
Zamora Zhang Zhou Ziegler Zimmerman
"""


def names(count: int, generator: random.Random) -> list[str]:
    """So many, no two alike; with a letter between the two names where there would not be enough.

    Raises:
        ValueError: there are not so many.
    """
    first, last = _FIRST.split(), _LAST.split()
    middle = (
        [""] if 2 * count <= len(first) * len(last) else [f"{letter}. " for letter in string.ascii_uppercase]
    )
    most = len(first) * len(middle) * len(last)
    if count > most:
        raise ValueError(f"there are {most:,} names, and {count:,} are needed")
    found = []
    for number in generator.sample(range(most), count):
        rest, family = divmod(number, len(last))
        given, letter = divmod(rest, len(middle))
        found.append(f"{first[given]} {middle[letter]}{last[family]}")
    return found
